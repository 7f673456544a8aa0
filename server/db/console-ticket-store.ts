import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** `logs` is asked for by the web itself, for a request that it has checked. */
export type TicketKind = 'vnc' | 'serial' | 'exec' | 'attach' | 'logs';

/** What a ticket allows, and to whom. */
export interface ConsoleGrant {
  kind: TicketKind;
  projectId: string;
  instanceId: string;
  userId: string;
  /** The credential that it was asked for with; one of the two. */
  sessionId: string | null;
  tokenId: string | null;
  /** The share that allows it, instead of a right in the project. */
  shareId: string | null;
  viewOnly: boolean;
  ip: string;
}

export interface ConsoleTicketRow extends ConsoleGrant {
  id: string;
  options: Record<string, unknown>;
  userName: string;
  instanceName: string;
}

/** Inserts a ticket, stored as SHA-256 only. Answers until when it is good, by the clock of the database. */
export async function insertConsoleTicket(
  tx: AtollTx,
  ticket: ConsoleGrant & { tokenHash: Uint8Array; options: Record<string, unknown>; ttlSeconds: number },
): Promise<Date> {
  const { kind, projectId, instanceId, userId, sessionId, tokenId, shareId, viewOnly, ip } = ticket;
  // What has run out is of no use to anybody; there are never many.
  await tx.$executeRaw(Prisma.sql`DELETE FROM console_ticket WHERE expires_at < now() - interval '1 minute'`);
  const rows = await tx.$queryRaw<{ expiresAt: Date }[]>(Prisma.sql`
    INSERT INTO console_ticket (id, token_hash, kind, project_id, instance_id, generation, user_id, session_id, token_id, share_id,
      view_only, options, ip, expires_at)
    SELECT ${newId()}::uuid, ${ticket.tokenHash}, ${kind}, ${projectId}::uuid, i.id, i.generation, ${userId}::uuid,
      ${sessionId}::uuid, ${tokenId}::uuid, ${shareId}::uuid, ${viewOnly}, ${JSON.stringify(ticket.options)}::jsonb, ${ip},
      now() + make_interval(secs => ${ticket.ttlSeconds}::float8)
    FROM instance i WHERE i.id = ${instanceId}::uuid AND i.project_id = ${projectId}::uuid
    RETURNING expires_at AS "expiresAt"`);
  if (!rows[0]) throw new Error('A ticket was asked for an instance that is not there.');
  return rows[0].expiresAt;
}

/**
 * Uses a ticket up: of two that race one gets it. Null: unknown, used, run out, or its instance is another by now (made anew, moved
 * to another project, gone).
 */
export async function redeemConsoleTicket(
  db: DbOrTx,
  ticket: { tokenHash: Uint8Array; kinds: readonly TicketKind[] },
): Promise<ConsoleTicketRow | null> {
  const rows = await db.$queryRaw<ConsoleTicketRow[]>(Prisma.sql`
    UPDATE console_ticket t SET used_at = now() FROM instance i, "user" u
    WHERE t.token_hash = ${ticket.tokenHash} AND t.used_at IS NULL AND t.expires_at > now()
      AND t.kind = ANY(${[...ticket.kinds]}::text[])
      AND i.id = t.instance_id AND i.project_id = t.project_id AND i.generation = t.generation AND u.id = t.user_id
    RETURNING t.id, t.kind, t.project_id AS "projectId", t.instance_id AS "instanceId", t.user_id AS "userId",
      t.session_id AS "sessionId", t.token_id AS "tokenId", t.share_id AS "shareId", t.view_only AS "viewOnly", t.ip, t.options,
      u.name AS "userName", i.name AS "instanceName"`);
  return rows[0] ?? null;
}

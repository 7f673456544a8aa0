import type { ConsoleEnd, ConsoleKind } from '#server/contract/console.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

/** A console that is or was open. */
export interface ConsoleSessionRow {
  id: string;
  kind: ConsoleKind;
  projectId: string;
  instanceId: string;
  instanceName: string;
  userId: string;
  userName: string;
  ip: string;
  viewOnly: boolean;
  recorded: boolean;
  startedAt: Date;
  endedAt: Date | null;
  endReason: ConsoleEnd | null;
  bytesIn: number;
  bytesOut: number;
}

export interface NewConsoleSession {
  id: string;
  kind: ConsoleKind;
  projectId: string;
  instanceId: string;
  instanceName: string;
  userId: string;
  userName: string;
  tokenId: string | null;
  shareId: string | null;
  ip: string;
  viewOnly: boolean;
  workerId: string;
}

/** Notes that a console is open, unless its user has `atMost` open ones already; answers whether it was noted. */
export async function insertConsoleSession(
  tx: AtollTx,
  session: NewConsoleSession,
  { atMost }: { atMost: number },
): Promise<boolean> {
  const { id, kind, projectId, instanceId, instanceName, userId, userName, tokenId, shareId, ip } = session;
  // One after the other for each user: two that race would both find room for one.
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended('console:' || ${userId}, 0))`);
  const count = await tx.$executeRaw(Prisma.sql`
    INSERT INTO console_session (id, kind, project_id, instance_id, instance_name, user_id, user_name, token_id, share_id, ip,
      view_only, worker_id)
    SELECT ${id}::uuid, ${kind}, ${projectId}::uuid, ${instanceId}::uuid, ${instanceName}, ${userId}::uuid, ${userName},
      ${tokenId}::uuid, ${shareId}::uuid, ${ip}, ${session.viewOnly}, ${session.workerId}::uuid
    WHERE (SELECT count(*) FROM console_session WHERE user_id = ${userId}::uuid AND ended_at IS NULL) < ${atMost}`);
  return count > 0;
}

/** Notes how a console ended; the first word holds. Answers for how many seconds it was open, or null when that is told already. */
export async function endConsoleSession(
  tx: AtollTx,
  ended: { id: string; reason: ConsoleEnd; bytesIn: number; bytesOut: number },
): Promise<number | null> {
  const rows = await tx.$queryRaw<{ seconds: number }[]>(Prisma.sql`
    UPDATE console_session SET ended_at = now(), end_reason = ${ended.reason}, bytes_in = ${ended.bytesIn}::bigint,
      bytes_out = ${ended.bytesOut}::bigint
    WHERE id = ${ended.id}::uuid AND ended_at IS NULL
    RETURNING extract(epoch FROM now() - started_at)::float8 AS seconds`);
  return rows[0]?.seconds ?? null;
}

/** Ends the sessions of workers that are gone: nobody else will say how they ended. Answers how many. */
export async function endLostConsoleSessions(db: DbOrTx, ref: { goneAfterSeconds: number }): Promise<number> {
  return db.$executeRaw(Prisma.sql`
    UPDATE console_session s SET ended_at = now(), end_reason = 'failed' WHERE ended_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM console_worker w WHERE w.id = s.worker_id
        AND w.seen_at > now() - make_interval(secs => ${ref.goneAfterSeconds}::float8))`);
}

const newestFirst: Order = {
  by: Prisma.sql`s.started_at`,
  id: Prisma.sql`s.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** Who opened consoles of an instance while it was in this project, newest first. */
export async function listConsoleSessions(
  db: DbOrTx,
  ref: { projectId: string; instanceId: string },
  page: PageRequest,
): Promise<Page<ConsoleSessionRow>> {
  const rows = await db.$queryRaw<ConsoleSessionRow[]>(Prisma.sql`
    SELECT s.id, s.kind, s.project_id AS "projectId", s.instance_id AS "instanceId", s.instance_name AS "instanceName",
      s.user_id AS "userId", s.user_name AS "userName", s.ip, s.view_only AS "viewOnly", s.recorded, s.started_at AS "startedAt",
      s.ended_at AS "endedAt", s.end_reason AS "endReason", s.bytes_in::float8 AS "bytesIn", s.bytes_out::float8 AS "bytesOut"
    FROM console_session s
    WHERE s.instance_id = ${ref.instanceId}::uuid AND s.project_id = ${ref.projectId}::uuid
      AND ${afterKeyset(newestFirst, page.after)} ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.startedAt.toISOString(), id: row.id }));
}

/** Forgets sessions that ended so long ago; the audit keeps them. Answers how many. */
export async function deleteOldConsoleSessions(db: DbOrTx, days: number): Promise<number> {
  return db.$executeRaw(Prisma.sql`
    DELETE FROM console_session WHERE ended_at < now() - make_interval(days => ${days}::int)`);
}

import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

/** Who does it, as the request says. */
export interface AuditActor {
  /** null before a sign-in, and for Atoll itself. */
  id: string | null;
  name: string | null;
  tokenId?: string | null;
  ip?: string | null;
  requestId?: string | null;
}

export interface NewAudit {
  actor: AuditActor;
  projectId: string | null;
  /** Name of the procedure, such as instance.create. */
  action: string;
  target?: { type: string; id: string } | null;
  outcome: 'done' | 'refused';
  /** Error code of a refusal. */
  code?: string | null;
  /** What was asked for; nothing secret. */
  detail?: Record<string, unknown>;
}

/**
 * Writes an audit record: of what is done, in the transaction that does it (security.md 53); of what is refused, in
 * one of its own. Neither role of the application can change or remove it afterwards.
 */
export async function appendAudit(tx: AtollTx, record: NewAudit): Promise<void> {
  const { actor, target } = record;
  // Exactly these columns: the roles may name no others.
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO audit (actor_id, actor_name, token_id, ip, request_id, project_id, action, target_type, target_id, outcome, code, detail)
    VALUES (${actor.id}::uuid, ${actor.name}, ${actor.tokenId ?? null}::uuid, ${actor.ip ?? null}, ${actor.requestId ?? null},
      ${record.projectId}::uuid, ${record.action}, ${target?.type ?? null}, ${target?.id ?? null}, ${record.outcome},
      ${record.code ?? null}, ${JSON.stringify(record.detail ?? {})}::jsonb)`);
}

export interface AuditRow {
  id: string;
  at: Date;
  actorId: string | null;
  actorName: string | null;
  tokenId: string | null;
  ip: string | null;
  requestId: string | null;
  projectId: string | null;
  action: string;
  targetType: string | null;
  targetId: string | null;
  outcome: 'done' | 'refused';
  code: string | null;
  detail: Record<string, unknown>;
}

const newestFirst: Order = {
  by: Prisma.sql`a.id`,
  id: Prisma.sql`a.id`,
  byType: 'bigint',
  idType: 'bigint',
  descending: true,
};

/** The audit of the whole cloud, newest first: for holders of audit:read. */
export async function listAudit(
  db: DbOrTx,
  filter: { projectId?: string; actorId?: string; requestId?: string },
  page: PageRequest,
): Promise<Page<AuditRow>> {
  const conditions = [afterKeyset(newestFirst, page.after)];
  if (filter.projectId) conditions.push(Prisma.sql`a.project_id = ${filter.projectId}::uuid`);
  if (filter.actorId) conditions.push(Prisma.sql`a.actor_id = ${filter.actorId}::uuid`);
  if (filter.requestId) conditions.push(Prisma.sql`a.request_id = ${filter.requestId}`);
  const rows = await db.$queryRaw<AuditRow[]>(Prisma.sql`
    SELECT a.id::text AS id, a.at, a.actor_id AS "actorId", a.actor_name AS "actorName", a.token_id AS "tokenId", a.ip,
      a.request_id AS "requestId", a.project_id AS "projectId", a.action, a.target_type AS "targetType",
      a.target_id AS "targetId", a.outcome, a.code, a.detail
    FROM audit a WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.id, id: row.id }));
}

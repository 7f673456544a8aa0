import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

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
  /** Place in its chain. */
  seq: string;
  /** SHA-256 as hex. */
  hash: string;
}

/** What narrows a list of the audit. */
export interface AuditQuery {
  projectId?: string | undefined;
  /** Id of a user, or part of a name. */
  actor?: string | undefined;
  /** An action, or the resource of many: `instance`. */
  action?: string | undefined;
  target?: string | undefined;
  outcome?: 'done' | 'refused' | undefined;
  from?: string | undefined;
  /** Not included. */
  to?: string | undefined;
  search?: string | undefined;
}

const newestFirst: Order = {
  by: Prisma.sql`a.at`,
  id: Prisma.sql`a.id`,
  byType: 'timestamptz',
  idType: 'bigint',
  descending: true,
};

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function conditionsOf(query: AuditQuery): Prisma.Sql[] {
  const { projectId, actor, action, target, outcome, from, to, search } = query;
  const conditions: Prisma.Sql[] = [];
  if (projectId) conditions.push(Prisma.sql`a.project_id = ${projectId}::uuid`);
  if (actor)
    conditions.push(
      uuidPattern.test(actor)
        ? Prisma.sql`a.actor_id = ${actor}::uuid`
        : Prisma.sql`a.actor_name ILIKE ${containing(actor)}`,
    );
  if (action) conditions.push(Prisma.sql`(a.action = ${action} OR starts_with(a.action, ${`${action}.`}))`);
  if (target) conditions.push(Prisma.sql`a.target_id = ${target}`);
  if (outcome) conditions.push(Prisma.sql`a.outcome = ${outcome}`);
  if (from) conditions.push(Prisma.sql`a.at >= ${from}::timestamptz`);
  if (to) conditions.push(Prisma.sql`a.at < ${to}::timestamptz`);
  if (search) {
    const pattern = containing(search);
    const texts = Prisma.sql`concat_ws(' ', a.action, a.actor_name, a.target_id, a.ip, a.code, a.request_id, a.detail::text)`;
    conditions.push(Prisma.sql`${texts} ILIKE ${pattern}`);
  }
  return conditions;
}

/** The audit, newest first; without a project, that of the whole cloud: for holders of audit:read. */
export async function listAudit(db: DbOrTx, query: AuditQuery, page: PageRequest): Promise<Page<AuditRow>> {
  const conditions = [afterKeyset(newestFirst, page.after), ...conditionsOf(query)];
  const rows = await db.$queryRaw<AuditRow[]>(Prisma.sql`
    SELECT a.id::text AS id, a.at, a.actor_id AS "actorId", a.actor_name AS "actorName", a.token_id AS "tokenId", a.ip,
      a.request_id AS "requestId", a.project_id AS "projectId", a.action, a.target_type AS "targetType",
      a.target_id AS "targetId", a.outcome, a.code, a.detail, a.chain_seq::text AS seq, encode(a.hash, 'hex') AS hash
    FROM audit a WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.at.toISOString(), id: row.id }));
}

/** How many records there are, as far as `atMost`. */
export async function countAudit(db: DbOrTx, query: AuditQuery, atMost: number): Promise<number> {
  const conditions = [Prisma.sql`true`, ...conditionsOf(query)];
  const rows = await db.$queryRaw<{ count: number }[]>(Prisma.sql`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM audit a WHERE ${Prisma.join(conditions, ' AND ')} LIMIT ${atMost}) found`);
  return rows[0]?.count ?? 0;
}

import { AtollError } from '#server/contract/errors.ts';
import type { PoolRoom, QuotaRequestState } from '#server/contract/quota-request.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

export type Limits = Partial<Record<QuotaResource, number>>;

/** A wish for higher limits, and what became of it. */
export interface QuotaRequestRow {
  id: string;
  projectId: string;
  project: { id: string; slug: string; name: string };
  pool: { id: string; name: string } | null;
  limits: Limits;
  reason: string;
  state: QuotaRequestState;
  requestedBy: { id: string; name: string } | null;
  decidedBy: { id: string; name: string } | null;
  decisionNote: string;
  granted: Limits | null;
  before: Limits | null;
  createdAt: Date;
  decidedAt: Date | null;
  expiresAt: Date | null;
  version: number;
}

const named = (table: string): Prisma.Sql => {
  const t = Prisma.raw(table);
  return Prisma.sql`CASE WHEN ${t}.id IS NOT NULL THEN jsonb_build_object('id', ${t}.id, 'name', ${t}.name) END`;
};

/** Columns and joins of a row; also for changed-entity-store.ts. */
export const selectQuotaRequests = Prisma.sql`
  SELECT q.id, q.project_id AS "projectId", jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.name) AS project,
    ${named('hp')} AS pool, q.limits, q.reason, q.state, ${named('asker')} AS "requestedBy",
    ${named('decider')} AS "decidedBy", q.decision_note AS "decisionNote", q.granted, q.before,
    q.created_at AS "createdAt", q.decided_at AS "decidedAt", q.expires_at AS "expiresAt", q.version
  FROM quota_request q
  JOIN project p ON p.id = q.project_id
  LEFT JOIN host_pool hp ON hp.id = q.pool_id
  LEFT JOIN "user" asker ON asker.id = q.requested_by_id
  LEFT JOIN "user" decider ON decider.id = q.decided_by_id`;

export interface NewQuotaRequest {
  id: string;
  projectId: string;
  poolId: string | null;
  limits: Limits;
  reason: string;
  requestedById: string;
}

/** Inserts a request that waits. */
export async function insertQuotaRequest(tx: AtollTx, request: NewQuotaRequest): Promise<QuotaRequestRow> {
  const { id } = request;
  await tx.quotaRequest.createMany({ data: { ...request } });
  await tell(tx, { id, projectId: request.projectId }, 1);
  return getQuotaRequest(tx, { id });
}

/** One request; `projectId`: only where it is of that project. Throws not_found. */
export async function getQuotaRequest(db: DbOrTx, ref: { id: string; projectId?: string }): Promise<QuotaRequestRow> {
  const ofProject = ref.projectId ? Prisma.sql`AND q.project_id = ${ref.projectId}::uuid` : Prisma.empty;
  const rows = await db.$queryRaw<QuotaRequestRow[]>(
    Prisma.sql`${selectQuotaRequests} WHERE q.id = ${ref.id}::uuid ${ofProject}`,
  );
  if (!rows[0]) throw new AtollError('not_found', 'There is no such request.');
  return rows[0];
}

/** {@link getQuotaRequest} that keeps others from changing it until the transaction ends. */
export async function lockQuotaRequest(tx: AtollTx, ref: { id: string; projectId?: string }): Promise<QuotaRequestRow> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS locked FROM quota_request WHERE id = ${ref.id}::uuid FOR UPDATE`);
  return getQuotaRequest(tx, ref);
}

const newestFirst: Order = {
  by: Prisma.sql`q.created_at`,
  id: Prisma.sql`q.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** What waits comes first: its time is taken a thousand years later. */
const pendingFirst: Order = {
  ...newestFirst,
  by: Prisma.sql`(q.created_at + CASE WHEN q.state = 'pending' THEN interval '1000 years' ELSE interval '0' END)`,
};

/** Requests of one project, newest first. */
export async function listProjectQuotaRequests(
  db: DbOrTx,
  ref: { projectId: string },
  filter: { state?: QuotaRequestState | undefined },
  page: PageRequest,
): Promise<Page<QuotaRequestRow>> {
  return list(db, newestFirst, [Prisma.sql`q.project_id = ${ref.projectId}::uuid`, ofState(filter)], page);
}

/** Requests of all projects: those that wait first, then newest first. */
export async function listAllQuotaRequests(
  db: DbOrTx,
  filter: { state?: QuotaRequestState | undefined },
  page: PageRequest,
): Promise<Page<QuotaRequestRow>> {
  return list(db, pendingFirst, [ofState(filter)], page);
}

const ofState = ({ state }: { state?: QuotaRequestState | undefined }): Prisma.Sql =>
  state ? Prisma.sql`q.state = ${state}` : Prisma.sql`true`;

async function list(
  db: DbOrTx,
  order: Order,
  conditions: Prisma.Sql[],
  page: PageRequest,
): Promise<Page<QuotaRequestRow>> {
  const where = Prisma.join([...conditions, afterKeyset(order, page.after)], ' AND ');
  const rows = await db.$queryRaw<QuotaRequestRow[]>(
    Prisma.sql`${selectQuotaRequests} WHERE ${where} ${orderAndLimit(order, page.limit)}`,
  );
  const time = (row: QuotaRequestRow): Date => {
    if (order !== pendingFirst || row.state !== 'pending') return row.createdAt;
    const later = new Date(row.createdAt);
    later.setUTCFullYear(later.getUTCFullYear() + 1_000);
    return later;
  };
  return toPage(rows, page.limit, (row) => ({ value: time(row).toISOString(), id: row.id }));
}

/** How many requests of a project wait. */
export async function countPendingRequests(db: DbOrTx, ref: { projectId: string }): Promise<number> {
  return db.quotaRequest.count({ where: { projectId: ref.projectId, state: 'pending' } });
}

export interface QuotaRequestPatch {
  state?: QuotaRequestState;
  decidedById?: string;
  decisionNote?: string;
  granted?: Limits;
  before?: Limits;
  expiresAt?: Date | null;
}

/** Changes a request, bumps its version and tells it. A decision is given the database's time. Throws not_found. */
export async function updateQuotaRequest(
  tx: AtollTx,
  ref: { id: string },
  patch: QuotaRequestPatch,
): Promise<QuotaRequestRow> {
  await tx.quotaRequest.updateMany({ where: { id: ref.id }, data: { ...patch, version: { increment: 1 } } });
  if (patch.decidedById)
    await tx.$executeRaw(Prisma.sql`UPDATE quota_request SET decided_at = now() WHERE id = ${ref.id}::uuid`);
  const row = await getQuotaRequest(tx, ref);
  await tell(tx, row, row.version);
  return row;
}

/** Ids of the grants whose time is over, by the database's clock. */
export async function listExpiredGrants(db: DbOrTx): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT id FROM quota_request WHERE state = 'granted' AND expires_at <= now() ORDER BY expires_at, id LIMIT 500`);
  return rows.map(({ id }) => id);
}

/** Grants for the same project and pool that were made after this one and have not ended, in the order of their making. */
export async function listLaterGrants(tx: AtollTx, grant: QuotaRequestRow): Promise<QuotaRequestRow[]> {
  return tx.$queryRaw<QuotaRequestRow[]>(Prisma.sql`
    ${selectQuotaRequests}
    WHERE q.project_id = ${grant.projectId}::uuid AND q.pool_id IS NOT DISTINCT FROM ${grant.pool?.id ?? null}::uuid
      AND q.state = 'granted' AND q.id <> ${grant.id}::uuid AND q.decided_at >= ${grant.decidedAt}
    ORDER BY q.decided_at, q.id`);
}

/** What is free in each host pool, or one, on the hosts that take instances now. */
export async function listPoolRoom(db: DbOrTx, filter: { poolId?: string | undefined }): Promise<PoolRoom[]> {
  const one = filter.poolId ? Prisma.sql`WHERE p.id = ${filter.poolId}::uuid` : Prisma.empty;
  const sum = (resource: string): Prisma.Sql => Prisma.sql`jsonb_build_object(
    'allocatable', coalesce(sum(greatest(floor(n.total * n.ratio)::bigint - n.reserved, 0))
      FILTER (WHERE n.resource = ${resource}), 0),
    'claimed', coalesce(sum(n.used) FILTER (WHERE n.resource = ${resource}), 0))`;
  return db.$queryRaw<PoolRoom[]>(Prisma.sql`
    SELECT jsonb_build_object('id', p.id, 'name', p.name) AS pool, count(DISTINCT h.id)::int AS hosts,
      ${sum('vcpus')} AS vcpus, ${sum('memoryMiB')} AS "memoryMiB", ${sum('diskGiB')} AS "diskGiB"
    FROM host_pool p
    LEFT JOIN host h ON h.pool_id = p.id AND h.state = 'online' AND NOT h.maintenance AND h.cordoned_at IS NULL
    LEFT JOIN host_inventory n ON n.host_id = h.id
    ${one} GROUP BY p.id ORDER BY p.name`);
}

const tell = (tx: AtollTx, ref: { id: string; projectId: string }, version: number): Promise<void> =>
  appendChange(tx, { topic: 'quota-request', entityId: ref.id, projectId: ref.projectId, version });

import type { PoolQuotaResource, QuotaResource } from '#server/contract/quota-resources.ts';
import { inFixedOrder } from './claim-amounts.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { setPoolQuota } from './pool-quota-store.ts';
import { setQuotaLimits } from './project-store.ts';
import {
  type Limits,
  listLaterGrants,
  lockQuotaRequest,
  type QuotaRequestRow,
  updateQuotaRequest,
} from './quota-request-store.ts';

/** Whose limits: those of a project, or those it has in a host pool. */
export interface QuotaRef {
  projectId: string;
  poolId: string | null;
}

/** Keeps others from changing the limits, and from claiming, until the transaction ends. */
export async function lockQuotas(tx: AtollTx, ref: QuotaRef): Promise<void> {
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM quota WHERE project_id = ${ref.projectId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
}

/** Sets the limits that are named. Throws not_found for the project. */
export async function setLimits(tx: AtollTx, ref: QuotaRef, limits: Limits): Promise<void> {
  const { projectId, poolId } = ref;
  if (poolId === null) await setQuotaLimits(tx, { projectId }, limits);
  else await setPoolQuota(tx, { projectId, poolId }, limits as Partial<Record<PoolQuotaResource, number>>);
}

async function readLimits(tx: AtollTx, ref: QuotaRef): Promise<Limits> {
  const rows = await tx.$queryRaw<{ resource: QuotaResource; limit: number }[]>(
    ref.poolId === null
      ? Prisma.sql`SELECT resource, lim::float8 AS limit FROM quota WHERE project_id = ${ref.projectId}::uuid`
      : Prisma.sql`SELECT resource, lim::float8 AS limit FROM pool_quota
          WHERE project_id = ${ref.projectId}::uuid AND pool_id = ${ref.poolId}::uuid AND lim IS NOT NULL`,
  );
  return Object.fromEntries(rows.map(({ resource, limit }) => [resource, limit]));
}

/**
 * Ends a grant whose time is over: each limit becomes what it would be without it. Nothing is deleted; what is used above the
 * limit then stays, and nothing new is admitted.
 *
 * A grant remembers what each limit was before it. While nobody has set the limit since, it goes back to that. Where a later
 * grant was built upon it, the limit stays the later one's, which then goes back to what was before this one. A limit that an
 * admin has set by hand since is theirs, and stays.
 *
 * Answers the request with the limits that were lowered, or null where it is no grant that is over (any more).
 */
export async function endGrant(
  tx: AtollTx,
  ref: { id: string },
): Promise<{ request: QuotaRequestRow; lowered: Limits } | null> {
  const grant = await lockQuotaRequest(tx, ref);
  if (grant.state !== 'granted' || !(await isOver(tx, ref))) return null;
  const quota = { projectId: grant.projectId, poolId: grant.pool?.id ?? null };
  await lockQuotas(tx, quota);
  const present = await readLimits(tx, quota);
  const later = await listLaterGrants(tx, grant);
  const lowered: Limits = {};
  const rebased = new Map<string, Limits>();
  for (const [resource, limit] of Object.entries(grant.granted ?? {}) as [QuotaResource, number][]) {
    const before = grant.before?.[resource];
    if (before === undefined) continue;
    const heir = later.find((each) => each.before?.[resource] === limit);
    if (heir) rebased.set(heir.id, { ...heir.before, ...rebased.get(heir.id), [resource]: before });
    else if (present[resource] === limit) lowered[resource] = before;
  }
  for (const [id, before] of rebased) await updateQuotaRequest(tx, { id }, { before });
  if (Object.keys(lowered).length > 0) await setLimits(tx, quota, lowered);
  return { request: await updateQuotaRequest(tx, ref, { state: 'ended' }), lowered };
}

async function isOver(tx: AtollTx, ref: { id: string }): Promise<boolean> {
  const rows = await tx.$queryRaw<{ over: boolean }[]>(
    Prisma.sql`SELECT expires_at <= now() AS over FROM quota_request WHERE id = ${ref.id}::uuid`,
  );
  return rows[0]?.over ?? false;
}

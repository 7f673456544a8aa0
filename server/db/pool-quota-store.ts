import { AtollError } from '#server/contract/errors.ts';
import { type PoolQuotaResource, poolQuotaResources } from '#server/contract/quota-resources.ts';
import {
  asked,
  asTable,
  type ClaimFor,
  type Counter,
  inFixedOrder,
  insertReservations,
  limitIs,
  mustTakeAll,
  type Shortage,
  shortages,
  usedPlus,
} from './claim-amounts.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { touchProject } from './project-store.ts';

/** More than anybody asks for (all amounts are safe integers), and a number on either side of the driver. */
const unlimited = 1e18;

/** What a pool's quota counts. */
export type PoolAmounts = Partial<Record<PoolQuotaResource, number>>;

/**
 * Takes from the quota that a project has in a pool, all or nothing, and writes the reservations. Answers what does not suffice;
 * an empty list says that it was taken. Nothing was written otherwise: try a host of another pool.
 *
 * Call it after `claimQuota`, whose lock keeps the project's other claims out, and before `tryClaimHost`; afterwards the host
 * must still be in that pool (`findPoolOfHost`), or the transaction begins again: `movePoolClaims` waits for the host's lock.
 */
export async function claimPoolQuota(
  tx: AtollTx,
  claimFor: ClaimFor & { poolId: string },
  amounts: PoolAmounts,
): Promise<Shortage[]> {
  const wanted = asked(amounts);
  if (wanted.length === 0) return [];
  const { projectId, poolId } = claimFor;
  const counters = await tx.$queryRaw<Counter[]>(Prisma.sql`
    SELECT resource, used::float8 AS used, coalesce(lim::float8, ${unlimited}) AS limit FROM pool_quota
    WHERE project_id = ${projectId}::uuid AND pool_id = ${poolId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  const short = shortages(wanted, counters, unlimited);
  if (short.length > 0) return short;
  const taken = await tx.$executeRaw(Prisma.sql`
    INSERT INTO pool_quota AS q (project_id, pool_id, resource, used)
    SELECT ${projectId}::uuid, ${poolId}::uuid, a.resource, a.amount FROM ${asTable(wanted)}
    ORDER BY array_position(${[...poolQuotaResources]}::text[], a.resource)
    ON CONFLICT (project_id, pool_id, resource) DO UPDATE SET used = q.used + excluded.used
      WHERE q.lim IS NULL OR q.used + excluded.used <= q.lim`);
  mustTakeAll(taken, wanted);
  await insertReservations(tx, claimFor, { poolId }, wanted);
  return [];
}

/** {@link claimPoolQuota} that throws quota_exceeded, with `extra.shortages` and `extra.poolId`. */
export async function mustClaimPoolQuota(
  tx: AtollTx,
  claimFor: ClaimFor & { poolId: string },
  amounts: PoolAmounts,
): Promise<void> {
  const short = await claimPoolQuota(tx, claimFor, amounts);
  if (short.length > 0) throw poolQuotaExceeded(claimFor.poolId, short);
}

/** The refusal where no pool suffices: for a host pool that a project may use, what is short there. */
export function poolQuotaExceeded(poolId: string, short: readonly Shortage[]): AtollError {
  const told = short.map((s) => `${s.resource}: ${s.used} of ${s.limit} are used, ${s.asked} more are asked for`);
  const { resource = '', used = 0, limit = 0, asked = 0 } = short[0] ?? {};
  return new AtollError('quota_exceeded', `The quota in the host pool does not allow this. ${told.join('; ')}.`, {
    params: { resource, used, limit, asked },
    extra: { poolId, shortages: short },
  });
}

/** The pool that a host is in, or null where there is no such host. */
export async function findPoolOfHost(db: DbOrTx, ref: { hostId: string }): Promise<string | null> {
  const rows = await db.$queryRaw<{ poolId: string }[]>(
    Prisma.sql`SELECT pool_id AS "poolId" FROM host WHERE id = ${ref.hostId}::uuid`,
  );
  return rows[0]?.poolId ?? null;
}

/**
 * Counts what lies on a host in another pool, because the host moves there; call it in that transaction. No limit stops it: what
 * is then above one is tolerated, as with a limit that was lowered. Answers the projects whose claims were moved.
 */
export async function movePoolClaims(tx: AtollTx, ref: { hostId: string; toPoolId: string }): Promise<string[]> {
  const { hostId, toPoolId } = ref;
  const projects = await tx.$queryRaw<{ projectId: string }[]>(Prisma.sql`
    SELECT DISTINCT project_id AS "projectId" FROM reservation
    WHERE host_id = ${hostId}::uuid AND state <> 'released'`);
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM quota WHERE project_id = ANY(${projects.map((row) => row.projectId)}::uuid[])
    ORDER BY project_id, ${inFixedOrder} FOR UPDATE`);
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM host_inventory WHERE host_id = ${hostId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  // From here on nobody can place anything on the host.
  const moved = await tx.$queryRaw<MovedClaims[]>(Prisma.sql`
    WITH leaving AS MATERIALIZED (
      SELECT id, project_id, pool_id, resource, amount FROM reservation r
      WHERE pool_id IS NOT NULL AND pool_id <> ${toPoolId}::uuid AND state <> 'released' AND EXISTS (
        SELECT 1 FROM reservation h
        WHERE h.owner_id = r.owner_id AND h.host_id = ${hostId}::uuid AND h.state <> 'released')),
    arrived AS (UPDATE reservation r SET pool_id = ${toPoolId}::uuid FROM leaving l WHERE r.id = l.id)
    SELECT project_id AS "projectId", pool_id AS "fromPoolId", resource, sum(amount)::bigint AS amount
    FROM leaving GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`);
  for (const { projectId, fromPoolId, resource, amount } of moved) {
    await tx.$executeRaw(Prisma.sql`
      UPDATE pool_quota SET ${usedPlus(-amount)}
      WHERE project_id = ${projectId}::uuid AND pool_id = ${fromPoolId}::uuid AND resource = ${resource}`);
    await putCounter(tx, { projectId, poolId: toPoolId, resource });
    await tx.$executeRaw(Prisma.sql`
      UPDATE pool_quota SET ${usedPlus(amount)}
      WHERE project_id = ${projectId}::uuid AND pool_id = ${toPoolId}::uuid AND resource = ${resource}`);
  }
  const touched = [...new Set(moved.map((row) => row.projectId))];
  for (const projectId of touched) await touchProject(tx, { projectId });
  return touched;
}

interface MovedClaims {
  projectId: string;
  fromPoolId: string;
  resource: PoolQuotaResource;
  amount: bigint;
}

const putCounter = (
  tx: AtollTx,
  { projectId, poolId, resource }: { projectId: string; poolId: string; resource: string },
): Promise<number> =>
  tx.$executeRaw(Prisma.sql`
    INSERT INTO pool_quota (project_id, pool_id, resource) VALUES (${projectId}::uuid, ${poolId}::uuid, ${resource})
    ON CONFLICT DO NOTHING`);

/** Sets limits of a project in a pool; null takes one away, those not named stay. Throws not_found for the project. */
export async function setPoolQuota(
  tx: AtollTx,
  ref: { projectId: string; poolId: string },
  limits: Partial<Record<PoolQuotaResource, number | null>>,
): Promise<void> {
  const { projectId, poolId } = ref;
  // Behind the quota's lock, like every change of a pool's counters.
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM quota WHERE project_id = ${projectId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  for (const resource of poolQuotaResources) {
    const limit = limits[resource];
    if (limit === undefined) continue;
    await putCounter(tx, { projectId, poolId, resource });
    await tx.$executeRaw(Prisma.sql`
      UPDATE pool_quota SET ${limitIs(limit)}
      WHERE project_id = ${projectId}::uuid AND pool_id = ${poolId}::uuid AND resource = ${resource}`);
  }
  await touchProject(tx, { projectId });
}

/** What a project uses of a pool, and what it may use; a limit of null: only its own quota limits it. */
export interface PoolQuotaRow {
  pool: { id: string; name: string };
  quota: Record<PoolQuotaResource, { used: number; limit: number | null }>;
}

/** The pools in which a project has a limit, or uses something, by name. */
export async function listPoolQuotas(db: DbOrTx, ref: { projectId: string }): Promise<PoolQuotaRow[]> {
  const rows = await db.$queryRaw<{ pool: PoolQuotaRow['pool']; quota: Partial<PoolQuotaRow['quota']> }[]>(Prisma.sql`
    SELECT jsonb_build_object('id', p.id, 'name', p.name) AS pool,
      jsonb_object_agg(q.resource, jsonb_build_object('used', q.used, 'limit', q.lim)) AS quota
    FROM pool_quota q JOIN host_pool p ON p.id = q.pool_id
    WHERE q.project_id = ${ref.projectId}::uuid
    GROUP BY p.id HAVING bool_or(q.used > 0 OR q.lim IS NOT NULL) ORDER BY p.name`);
  const none = { used: 0, limit: null };
  return rows.map(({ pool, quota }) => ({
    pool,
    quota: { instances: none, containers: none, vcpus: none, memoryMiB: none, diskGiB: none, ...quota },
  }));
}

import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { inFixedOrder, usedPlus } from './claim-amounts.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { touchProject } from './project-store.ts';

/** Whose reservations: those of an instance or volume of a project, of all resources or only some. */
export interface ClaimRef {
  projectId: string;
  ownerId: string;
  resources?: readonly QuotaResource[];
  /** Only those on this host, and none on the quota: as when an instance has moved elsewhere. */
  hostId?: string;
}

function matching(ref: ClaimRef): Prisma.Sql {
  const onHost = ref.hostId ? Prisma.sql`AND host_id = ${ref.hostId}::uuid` : Prisma.empty;
  return Prisma.sql`
    project_id = ${ref.projectId}::uuid AND owner_id = ${ref.ownerId}::uuid AND state <> 'released'
    AND resource = ANY(${[...(ref.resources ?? quotaResources)]}::text[]) ${onHost}`;
}

/**
 * Gives claims back: quota, pool and host have room again. Idempotent: what is released is not given back twice.
 * Answers how many reservations were live.
 */
export async function releaseClaims(tx: AtollTx, ref: ClaimRef): Promise<number> {
  const places = await tx.$queryRaw<Place[]>(
    Prisma.sql`SELECT DISTINCT host_id AS "hostId", pool_id AS "poolId" FROM reservation WHERE ${matching(ref)}`,
  );
  if (places.length === 0) return 0;
  await lockCounters(tx, ref.projectId, places);
  const released = await tx.$queryRaw<(Place & { resource: QuotaResource; amount: bigint })[]>(Prisma.sql`
    UPDATE reservation SET state = 'released' WHERE ${matching(ref)}
    RETURNING host_id AS "hostId", pool_id AS "poolId", resource, amount`);
  for (const { hostId, poolId, resource, amount } of released) {
    const where = Prisma.sql`project_id = ${ref.projectId}::uuid AND resource = ${resource}`;
    if (hostId)
      await tx.$executeRaw(Prisma.sql`
        UPDATE host_inventory SET used = used - ${amount}::bigint
        WHERE host_id = ${hostId}::uuid AND resource = ${resource}`);
    else if (poolId)
      await tx.$executeRaw(Prisma.sql`
        UPDATE pool_quota SET ${usedPlus(-amount)} WHERE ${where} AND pool_id = ${poolId}::uuid`);
    else await tx.$executeRaw(Prisma.sql`UPDATE quota SET ${usedPlus(-amount)} WHERE ${where}`);
  }
  if (released.some((row) => row.hostId === null)) await touchProject(tx, ref);
  return released.length;
}

interface Place {
  hostId: string | null;
  poolId: string | null;
}

/** The same order in which claims take them: quota, pools, hosts; a deadlock would only cost a retry. */
async function lockCounters(tx: AtollTx, projectId: string, places: readonly Place[]): Promise<void> {
  const poolIds = places.flatMap(({ poolId }) => poolId ?? []);
  const hostIds = places.flatMap(({ hostId }) => hostId ?? []);
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM quota WHERE project_id = ${projectId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  if (poolIds.length > 0)
    await tx.$queryRaw(Prisma.sql`
      SELECT 1 AS locked FROM pool_quota WHERE project_id = ${projectId}::uuid AND pool_id = ANY(${poolIds}::uuid[])
      ORDER BY pool_id, ${inFixedOrder} FOR UPDATE`);
  if (hostIds.length > 0)
    await tx.$queryRaw(Prisma.sql`
      SELECT 1 AS locked FROM host_inventory WHERE host_id = ANY(${hostIds}::uuid[])
      ORDER BY host_id, ${inFixedOrder} FOR UPDATE`);
}

/** Marks held claims as committed: what they were held for exists now. Idempotent; answers how many were held. */
export async function commitClaims(tx: AtollTx, ref: ClaimRef): Promise<number> {
  return tx.$executeRaw(
    Prisma.sql`UPDATE reservation SET state = 'committed' WHERE ${matching(ref)} AND state = 'held'`,
  );
}

/**
 * Gives live claims to another owner of the same project, as when a disk is kept that was claimed for its instance. No counter
 * changes. Answers how many were moved.
 */
export async function moveClaims(tx: AtollTx, ref: ClaimRef & { toOwnerId: string }): Promise<number> {
  return tx.$executeRaw(Prisma.sql`UPDATE reservation SET owner_id = ${ref.toOwnerId}::uuid WHERE ${matching(ref)}`);
}

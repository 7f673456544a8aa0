import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import type { HostResource } from './host-inventory-store.ts';

/** A host whose claims would not fit any more under the ratio and reserve of its pool. */
export interface Overfull {
  hostId: string;
  host: string;
  resource: HostResource;
  claimed: number;
  /** What could be claimed in all. */
  allocatable: number;
}

/**
 * Ratio and reserve of each resource as the pool of a host says. The reserve is at most half of the machine: a pool's reserve
 * for servers must not make a small machine worthless.
 */
const ofPool = Prisma.sql`
  SELECT n.host_id, n.resource, n.total, n.used, h.name AS host,
    CASE n.resource WHEN 'vcpus' THEN p.cpu_ratio WHEN 'memoryMiB' THEN p.memory_ratio ELSE p.disk_ratio END AS ratio,
    least(CASE n.resource WHEN 'vcpus' THEN p.reserve_vcpus WHEN 'memoryMiB' THEN p.reserve_memory_mib
      ELSE p.reserve_disk_gib END, n.total / 2)::bigint AS reserved
  FROM host_inventory n JOIN host h ON h.id = n.host_id JOIN host_pool p ON p.id = h.pool_id`;

/** Which hosts: one, or all of a pool. */
export type CapacityRef = { hostId: string } | { poolId: string };

const among = (ref: CapacityRef): Prisma.Sql =>
  'hostId' in ref ? Prisma.sql`h.id = ${ref.hostId}::uuid` : Prisma.sql`h.pool_id = ${ref.poolId}::uuid`;

/**
 * Gives hosts the ratios and reserves of their pool. Invariant I2 (used ≤ allocatable) must hold at every moment: nothing is
 * written where a host would be left with less than is claimed on it, and those hosts are answered.
 * The caller holds no other lock on claims.
 */
export async function applyPoolCapacity(tx: AtollTx, ref: CapacityRef): Promise<Overfull[]> {
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM host_inventory n JOIN host h ON h.id = n.host_id WHERE ${among(ref)}
    ORDER BY n.host_id, n.resource FOR UPDATE OF n`);
  const overfull = await tx.$queryRaw<Overfull[]>(Prisma.sql`
    SELECT o.host_id AS "hostId", o.host, o.resource, o.used::float8 AS claimed,
      greatest(floor(o.total * o.ratio)::bigint - o.reserved, 0)::float8 AS allocatable
    FROM (${ofPool} WHERE ${among(ref)}) o
    WHERE o.used > greatest(floor(o.total * o.ratio)::bigint - o.reserved, 0)
    ORDER BY o.host, o.resource`);
  if (overfull.length > 0) return overfull;
  await write(tx, ref, Prisma.sql`o.reserved`);
  return [];
}

/**
 * As {@link applyPoolCapacity} for a machine that was looked at: its size is a fact and cannot be refused. Where its claims leave
 * less than the reserve, the reserve gives way and comes back with the next look that finds room.
 */
export async function followPoolCapacity(tx: AtollTx, ref: { hostId: string }): Promise<void> {
  await write(tx, ref, Prisma.sql`least(o.reserved, greatest(floor(o.total * o.ratio)::bigint - o.used, 0))`);
}

async function write(tx: AtollTx, ref: CapacityRef, reserved: Prisma.Sql): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    WITH changed AS (
      UPDATE host_inventory n SET ratio = o.ratio, reserved = ${reserved}
      FROM (${ofPool} WHERE ${among(ref)}) o
      WHERE n.host_id = o.host_id AND n.resource = o.resource AND (n.ratio, n.reserved) IS DISTINCT FROM (o.ratio, ${reserved})
      RETURNING n.host_id
    ), touched AS (
      UPDATE host SET version = version + 1 WHERE id IN (SELECT host_id FROM changed) RETURNING id, version)
    INSERT INTO outbox (topic, entity_id, version) SELECT 'host', id::text, version FROM touched`);
}

import { AtollError } from '#server/contract/errors.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { listHostsWithBaseImage } from '#server/db/host-base-image-store.ts';
import { listHostLoads } from '#server/db/host-load-store.ts';
import { listPoolsFor, type PlacementPoolRow } from '#server/db/host-pool-store.ts';
import { type HostRow, listAllHosts } from '#server/db/host-store.ts';
import { listRecentFailures } from '#server/db/placement-failure-store.ts';
import type { Capacity, HostSnapshot, PoolSnapshot } from '#server/scheduler/snapshot.ts';

/** The cloud as placement sees it at one moment. */
export interface PlacementView {
  hosts: HostSnapshot[];
  pools: PlacementPoolRow[];
  /** Ids of the pools that the project may use. */
  usablePools: ReadonlySet<string>;
}

/** Hosts and pools with loads and failures of late. `imageSha256`: hosts that have this base image are marked. */
export async function loadPlacement(
  db: DbOrTx,
  what: { projectId: string; imageSha256: string | null },
): Promise<PlacementView> {
  const { projectId, imageSha256 } = what;
  const rows = await listAllHosts(db);
  const pools = await listPoolsFor(db, projectId);
  const loads = await listHostLoads(db);
  const failures = await listRecentFailures(db);
  const cached = new Set(imageSha256 === null ? [] : await listHostsWithBaseImage(db, imageSha256));
  const known = new Map(pools.map((pool) => [pool.id, poolSnapshot(pool)]));
  const hosts = rows.flatMap((row) => {
    const pool = known.get(row.hostPool.id);
    if (!pool) return [];
    const cachedImages = new Set(imageSha256 !== null && cached.has(row.id) ? [imageSha256] : []);
    const load = loads.get(row.id) ?? null;
    return [{ ...snapshotOf(row, pool), cachedImages, load, recentFailures: failures.get(row.id) ?? 0 }];
  });
  return { hosts, pools, usablePools: new Set(pools.filter(({ usable }) => usable).map(({ id }) => id)) };
}

/** A pool that the project may not use does not exist for it. Throws `not_found`. */
export function requireUsablePool(view: PlacementView, poolId: string | undefined): void {
  if (poolId === undefined || view.usablePools.has(poolId)) return;
  const message = 'The project may use no such host pool.';
  throw new AtollError('not_found', message, { fields: [{ pointer: '/poolId', code: 'not_found', message }] });
}

const poolSnapshot = ({ id, name, policy, loadSource, flavorIds }: PlacementPoolRow): PoolSnapshot => ({
  id,
  name,
  policy,
  loadSource,
  flavorIds: new Set(flavorIds),
});

function snapshotOf(host: HostRow, pool: PoolSnapshot): Omit<HostSnapshot, 'cachedImages' | 'load' | 'recentFailures'> {
  const { vcpus, memoryMiB, diskGiB } = host.capacity;
  return {
    id: host.id,
    name: host.name,
    state: host.state,
    maintenance: host.maintenance,
    maintenanceReason: host.maintenanceReason,
    cordonReason: host.cordonReason,
    pool,
    traits: new Set(host.traits),
    engines: host.engines.map(({ type, state }) => ({ type, state })),
    capacity: { vcpus: capacityOf(vcpus), memoryMiB: capacityOf(memoryMiB), diskGiB: capacityOf(diskGiB) },
    networks: host.networks,
    pools: host.pools,
    storagePool: host.storagePool,
  };
}

const capacityOf = (counter: HostRow['capacity']['vcpus']): Capacity => ({
  total: counter.total,
  ratio: counter.ratio,
  reserved: counter.reserved,
  used: counter.claimed,
});

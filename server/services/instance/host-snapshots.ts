import type { DbOrTx } from '#server/db/client.ts';
import { listHostsWithBaseImage } from '#server/db/host-base-image-store.ts';
import { type HostRow, listAllHosts } from '#server/db/host-store.ts';
import type { Capacity, HostSnapshot } from '#server/scheduler/snapshot.ts';

/** The hosts as placement sees them. `imageSha256`: hosts that have this base image are marked. */
export async function hostSnapshots(db: DbOrTx, imageSha256: string | null): Promise<HostSnapshot[]> {
  const hosts = await listAllHosts(db);
  if (imageSha256 === null) return hosts.map((host) => snapshotOf(host, []));
  const cached = await listHostsWithBaseImage(db, imageSha256);
  return hosts.map((host) => snapshotOf(host, cached.includes(host.id) ? [imageSha256] : []));
}

function snapshotOf(host: HostRow, cachedImages: readonly string[]): HostSnapshot {
  const { vcpus, memoryMiB, diskGiB } = host.capacity;
  return {
    id: host.id,
    name: host.name,
    state: host.state,
    maintenance: host.maintenance,
    engines: host.engines.map(({ type, state }) => ({ type, state })),
    capacity: { vcpus: capacityOf(vcpus), memoryMiB: capacityOf(memoryMiB), diskGiB: capacityOf(diskGiB) },
    networks: host.networks,
    pools: host.pools,
    storagePool: host.storagePool,
    cachedImages: new Set(cachedImages),
    recentFailures: 0,
  };
}

const capacityOf = (counter: HostRow['capacity']['vcpus']): Capacity => ({
  total: counter.total,
  ratio: counter.ratio,
  reserved: counter.reserved,
  used: counter.claimed,
});

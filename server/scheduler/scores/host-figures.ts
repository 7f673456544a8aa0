import { allocatable, type HostSnapshot, type PoolSnapshot } from '../snapshot.ts';

/** The numbers of a host that scores are made of. The index keeps them in typed arrays and fills one of these in turn. */
export interface HostFigures {
  pool: PoolSnapshot;
  /** What may be given out in all, and what is. */
  vcpusLimit: number;
  vcpusUsed: number;
  memoryLimit: number;
  memoryUsed: number;
  /** Shares that are really used; negative: unknown. */
  cpuLoad: number;
  memoryLoad: number;
  recentFailures: number;
  /** Share of free bytes in its storage pool; 1 where it is not known. */
  storageFree: number;
}

/** The figures of a snapshot. */
export function figuresOf(host: HostSnapshot): HostFigures {
  const { vcpus, memoryMiB } = host.capacity;
  return {
    pool: host.pool,
    vcpusLimit: allocatable(vcpus),
    vcpusUsed: vcpus.used,
    memoryLimit: allocatable(memoryMiB),
    memoryUsed: memoryMiB.used,
    cpuLoad: host.load?.cpu ?? -1,
    memoryLoad: host.load?.memory ?? -1,
    recentFailures: host.recentFailures,
    storageFree: storageFreeOf(host),
  };
}

function storageFreeOf(host: HostSnapshot): number {
  const storage = host.pools.find(({ name }) => name === host.storagePool);
  return storage && storage.capacityBytes > 0 ? storage.availableBytes / storage.capacityBytes : 1;
}

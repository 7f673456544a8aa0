import type { Filter } from './filter.ts';

/** Below this share of free bytes a pool takes no new disk: thin disks that exist still grow (reliability.md F13). */
export const freeShareReserve = 0.05;

/** Passes hosts whose storage pool can take a new disk. A pool not known yet is made by the first create. */
export const storagePoolFilter: Filter = {
  name: 'storage-pool',
  summary: 'with full or stopped storage',
  keyOf: ({ kind, size }) => (kind === 'vm' && size.diskGiB > 0 ? 'disk' : ''),
  refuse: (host, request) => {
    if (request.kind === 'container' || request.size.diskGiB === 0) return null;
    const pool = host.pools.find((one) => one.name === host.storagePool);
    if (!pool) return null;
    if (!pool.active) return { message: `Its storage pool ${pool.name} is not started.` };
    if (pool.availableBytes >= pool.capacityBytes * freeShareReserve) return null;
    return { message: `Its storage pool ${pool.name} is nearly full.` };
  },
};

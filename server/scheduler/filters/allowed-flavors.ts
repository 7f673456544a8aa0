import type { Filter } from './filter.ts';

/** Passes hosts whose pool takes the flavor. A pool that names its flavors takes no custom size. */
export const allowedFlavorsFilter: Filter = {
  name: 'allowed-flavors',
  summary: 'whose pool does not take this size',
  keyOf: ({ flavorId }) => flavorId ?? '',
  refuse: ({ pool }, { flavorId }) => {
    if (pool.flavorIds.size === 0) return null;
    if (flavorId === null) return { message: `Its pool ${pool.name} takes certain flavors only, and no custom size.` };
    return pool.flavorIds.has(flavorId) ? null : { message: `Its pool ${pool.name} does not take this flavor.` };
  },
};

import type { Filter } from './filter.ts';

/** Requests of one project share the set. */
const keys = new WeakMap<ReadonlySet<string>, string>();

function keyOfPools(pools: ReadonlySet<string>): string {
  const known = keys.get(pools);
  if (known !== undefined) return known;
  const key = [...pools].sort().join();
  keys.set(pools, key);
  return key;
}

/** Passes hosts of pools that the project may use: public ones, and those it was granted. */
export const poolAccessFilter: Filter = {
  name: 'pool-access',
  summary: 'in pools of other projects',
  keyOf: ({ usablePools }) => keyOfPools(usablePools),
  refuse: (host, request) =>
    request.usablePools.has(host.pool.id)
      ? null
      : { message: `Its pool ${host.pool.name} is private and not granted to the project.` },
};

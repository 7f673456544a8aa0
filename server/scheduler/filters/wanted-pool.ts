import type { Filter } from './filter.ts';

/** Passes hosts of the pool that the request names. */
export const wantedPoolFilter: Filter = {
  name: 'wanted-pool',
  summary: 'in another pool',
  keyOf: ({ wantedPoolId }) => wantedPoolId ?? '',
  refuse: (host, request) =>
    request.wantedPoolId === null || request.wantedPoolId === host.pool.id
      ? null
      : { message: `It is in the pool ${host.pool.name}.` },
};

import type { Filter } from './filter.ts';

/** Passes only the host that the request names. */
export const pinnedHostFilter: Filter = {
  name: 'pinned-host',
  summary: 'not the chosen host',
  refuse: (host, request) =>
    request.hostId === null || request.hostId === host.id ? null : { message: 'Another host was chosen.' },
};

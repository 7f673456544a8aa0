import type { HostState } from '#server/contract/host.ts';
import type { Filter } from './filter.ts';

const words: Record<Exclude<HostState, 'online'>, string> = {
  enrolling: 'It is still being added.',
  unreachable: 'It does not answer.',
  quarantined: 'It is in quarantine.',
  maintenance: 'It is in maintenance.',
  removing: 'It is being removed.',
  failed: 'Adding it failed.',
};

/** Passes hosts that are online and that no admin has put into maintenance. */
export const hostStateFilter: Filter = {
  name: 'host-state',
  summary: 'not online',
  keyOf: () => '',
  refuse: (host) => {
    if (host.state !== 'online' && host.state !== 'maintenance') return { message: words[host.state] };
    if (host.state === 'online' && !host.maintenance) return null;
    return { message: host.maintenanceReason ? `It is in maintenance: ${host.maintenanceReason}` : words.maintenance };
  },
};

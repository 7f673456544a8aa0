import type { Filter } from './filter.ts';

/**
 * Hard groups: together passes only the host where the others are (any while there are none), apart only hosts without one of them.
 * Soft ones are a matter of the score.
 */
export const placementGroupFilter: Filter = {
  name: 'placement-group',
  summary: 'against the placement group',
  refuse: (host, { group }) => {
    if (group === null || group.strictness === 'soft') return null;
    const here = group.hosts.get(host.id) ?? 0;
    if (group.policy === 'anti-affinity')
      return here === 0 ? null : { message: 'Another instance of the placement group is on it.' };
    return here > 0 || group.hosts.size === 0
      ? null
      : { message: 'The other instances of the placement group are on another host.' };
  },
};

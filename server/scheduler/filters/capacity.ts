import { placementResources } from '#server/contract/placement.ts';
import { available } from '../snapshot.ts';
import type { Filter, Shortage } from './filter.ts';

const word = { vcpus: 'vCPUs', memoryMiB: 'MiB of memory', diskGiB: 'GiB of disk' } as const;

/**
 * Passes hosts with enough of everything. Names all that is short and not only the first, so that a person corrects the
 * size once (after Kubernetes' noderesources/fit.go).
 */
export const capacityFilter: Filter = {
  name: 'capacity',
  summary: 'without enough capacity',
  refuse: (host, request) => {
    const shortages: Shortage[] = [];
    for (const resource of placementResources) {
      const needed = request.size[resource];
      const free = available(host.capacity[resource]);
      if (needed > free) shortages.push({ resource, needed, available: free });
    }
    if (shortages.length === 0) return null;
    const parts = shortages.map(
      (short) =>
        `${short.needed - short.available} ${word[short.resource]} (${short.available} of ${short.needed} free)`,
    );
    return { message: `Missing: ${parts.join(', ')}.`, shortages };
  },
};

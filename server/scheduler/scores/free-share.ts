import { allocatable, type HostSnapshot, type PlacementRequest } from '../snapshot.ts';

/** Shares of CPU and memory, 0 to 1, that stay free on the host once the instance is there. */
export interface FreeShare {
  cpu: number;
  memory: number;
}

export function freeShareAfter(host: HostSnapshot, request: PlacementRequest): FreeShare {
  const share = (resource: 'vcpus' | 'memoryMiB'): number => {
    const limit = allocatable(host.capacity[resource]);
    if (limit === 0) return 0;
    const left = limit - host.capacity[resource].used - request.size[resource];
    return Math.min(1, Math.max(0, left / limit));
  };
  return { cpu: share('vcpus'), memory: share('memoryMiB') };
}

/** 1 where CPU and memory are used up alike, towards 0 where one strands the other. */
export function evenness(free: FreeShare): number {
  return 1 - Math.abs(free.cpu - free.memory);
}

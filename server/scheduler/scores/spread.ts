import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';
import { freeShareAfter } from './free-share.ts';

/** Most room for each: the host whose scarcest resource stays freest. */
export function spreadScore(host: HostSnapshot, request: PlacementRequest): number {
  const free = freeShareAfter(host, request);
  return Math.min(free.cpu, free.memory);
}

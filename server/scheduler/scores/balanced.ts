import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';
import { evenness, freeShareAfter } from './free-share.ts';

/** Between the two: hosts fill up alike, and CPU and memory on each of them alike, so that neither strands the other. */
export function balancedScore(host: HostSnapshot, request: PlacementRequest): number {
  const free = freeShareAfter(host, request);
  return 0.6 * ((free.cpu + free.memory) / 2) + 0.4 * evenness(free);
}

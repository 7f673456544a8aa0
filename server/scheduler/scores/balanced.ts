import { evenness, type FreeShare } from './free-share.ts';

/** Between the two: hosts fill up alike, and CPU and memory on each of them alike, so that neither strands the other. */
export function balancedScore(free: FreeShare): number {
  return 0.6 * ((free.cpu + free.memory) / 2) + 0.4 * evenness(free);
}

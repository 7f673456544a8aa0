import type { FreeShare } from './free-share.ts';

/** Most room for each: the host whose scarcest resource stays freest. */
export function spreadScore(free: FreeShare): number {
  return Math.min(free.cpu, free.memory);
}

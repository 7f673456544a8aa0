import type { GroupSnapshot } from '../snapshot.ts';

/** More than any policy's score, so that a wish is only not kept where it cannot be; failures of late weigh more. */
const groupWeight = 1;
/** More neighbours than these are not worse: it is far from the wish already. */
const countedNeighbours = 3;

/** What a soft group adds to the score of a host that has so many of its instances. */
export function groupScore(group: GroupSnapshot, here: number): number {
  if (group.strictness === 'hard' || here === 0) return 0;
  return group.policy === 'affinity' ? groupWeight : -groupWeight * Math.min(here, countedNeighbours);
}

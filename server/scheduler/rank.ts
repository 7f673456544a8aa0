/**
 * The order of candidates, for the plain definition and for the index alike. Scores are compared in steps, so that hosts which are
 * alike are equal however their numbers were rounded; among equals the turn goes round by chance, and of the best three those within
 * the band change places by chance: several webs with the same snapshot do not all run for one host.
 */

/** After three lost claims the snapshot is too old to go on with: read a new one (Protean, OSDI 2020, does the same). */
export const maxCandidates = 3;

const step = 1e-4;
/** Scores this close are equal, in steps. */
const tieBand = 100;
/** No score is as low; keys are positive, and −1 is free for hosts that do not fit. */
const lowest = -8;

/** The score in whole steps, from 0 up. */
export const rankKey = (score: number): number => Math.floor((score - lowest) / step);

/** The score that a key stands for. */
export const scoreOfKey = (key: number): number => Math.round((key * step + lowest) * 1e4) / 1e4;

/** Where the turn begins among equals. */
export const firstTurn = (count: number, random: () => number): number => Math.floor(random() * count);

/** Lets one of the best come first that are as good as the best. In place. */
export function shuffleTies(ranked: { key: number }[], random: () => number): void {
  const [best] = ranked;
  if (!best) return;
  const ties = ranked.filter(({ key }) => best.key - key <= tieBand).length;
  const chosen = Math.floor(random() * ties);
  const [first] = ranked.splice(chosen, 1);
  if (first) ranked.unshift(first);
}

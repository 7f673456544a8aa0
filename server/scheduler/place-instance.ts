import { allFilters } from './filters/all-filters.ts';
import { firstTurn, maxCandidates, rankKey, scoreOfKey, shuffleTies } from './rank.ts';
import { scoreHost } from './scores/score-host.ts';
import type { HostSnapshot, PlacementRequest } from './snapshot.ts';

export interface Candidate {
  hostId: string;
  hostName: string;
  score: number;
}

/** Whether every filter passes the host. */
export function fits(host: HostSnapshot, request: PlacementRequest): boolean {
  return allFilters.every((filter) => filter.refuse(host, request) === null);
}

/**
 * The definition of placement: the at most three best hosts for an instance, best first; empty when no host can take it (then
 * `explainPlacement` says why). The caller claims capacity in the database and takes the next one when a claim fails.
 * `PlacementIndex` answers the same, faster; a property test holds the two together.
 */
export function placeInstance(
  request: PlacementRequest,
  hosts: readonly HostSnapshot[],
  random: () => number = Math.random,
): Candidate[] {
  const turn = firstTurn(hosts.length, random);
  const ranked = hosts
    .map((host, index) => ({ host, order: (index - turn + hosts.length) % hosts.length }))
    .filter(({ host }) => fits(host, request))
    .map(({ host, order }) => ({ host, order, key: rankKey(scoreHost(host, request)) }))
    .sort((a, b) => b.key - a.key || a.order - b.order)
    .slice(0, maxCandidates);
  shuffleTies(ranked, random);
  return ranked.map(({ host, key }) => ({ hostId: host.id, hostName: host.name, score: scoreOfKey(key) }));
}

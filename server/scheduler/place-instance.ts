import { allFilters } from './filters/all-filters.ts';
import { type PlacementPolicy, scoreHost } from './scores/score-host.ts';
import type { HostSnapshot, PlacementRequest } from './snapshot.ts';

export interface Candidate {
  hostId: string;
  hostName: string;
  score: number;
}

export interface PlaceOptions {
  /** Default: balanced. */
  policy?: PlacementPolicy;
  /** 0 ≤ x < 1, to break ties; default Math.random. */
  random?: () => number;
}

/** After three lost claims the snapshot is too old to go on with: read a new one (Protean, OSDI 2020, does the same). */
const maxCandidates = 3;

/** Scores this close are equal; chance picks, so that several webs do not race for the same host. */
const tieBand = 0.01;

/** Whether every filter passes the host. */
export function fits(host: HostSnapshot, request: PlacementRequest): boolean {
  return allFilters.every((filter) => filter.refuse(host, request) === null);
}

/**
 * The at most three best hosts for an instance, best first; empty when no host can take it (then `explainPlacement`
 * says why). The caller claims capacity in the database and takes the next one when a claim fails.
 */
export function placeInstance(
  request: PlacementRequest,
  hosts: readonly HostSnapshot[],
  options: PlaceOptions = {},
): Candidate[] {
  const policy = options.policy ?? 'balanced';
  const random = options.random ?? Math.random;
  return hosts
    .filter((host) => fits(host, request))
    .map((host) => {
      const score = scoreHost(host, request, policy);
      return { candidate: { hostId: host.id, hostName: host.name, score }, rank: score + random() * tieBand };
    })
    .sort((a, b) => b.rank - a.rank)
    .slice(0, maxCandidates)
    .map(({ candidate }) => candidate);
}

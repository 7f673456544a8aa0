import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';
import { balancedScore } from './balanced.ts';
import { packScore } from './pack.ts';
import { spreadScore } from './spread.ts';

export const placementPolicies = ['balanced', 'pack', 'spread'] as const;
export type PlacementPolicy = (typeof placementPolicies)[number];

const scoreOf: Record<PlacementPolicy, (host: HostSnapshot, request: PlacementRequest) => number> = {
  balanced: balancedScore,
  pack: packScore,
  spread: spreadScore,
};

/** Worth a copy of the image, yet not an overfull host. */
const imageBonus = 0.1;
/** One failed create of late outweighs the image; three outweigh any score. */
const failureWeight = 0.35;

/** How well a host would take it: the policy's score of 0 to 1, plus a bonus for its images, minus one for failures. */
export function scoreHost(host: HostSnapshot, request: PlacementRequest, policy: PlacementPolicy): number {
  const cached = request.image !== null && host.cachedImages.has(request.image) ? imageBonus : 0;
  return scoreOf[policy](host, request) + cached - failureWeight * Math.min(host.recentFailures, 4);
}

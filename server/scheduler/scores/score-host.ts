import type { PoolPolicy } from '#server/contract/host-pool.ts';
import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';
import { balancedScore } from './balanced.ts';
import { type FreeShare, freeShareAfter } from './free-share.ts';
import { groupScore } from './group.ts';
import { figuresOf, type HostFigures } from './host-figures.ts';
import { packScore } from './pack.ts';
import { spreadScore } from './spread.ts';

const scoreOf: Record<PoolPolicy, (free: FreeShare, used: boolean) => number> = {
  balanced: balancedScore,
  pack: packScore,
  spread: spreadScore,
};

/** Worth a copy of the image, yet not an overfull host. */
const imageBonus = 0.1;
/** One failed create of late outweighs the image; three outweigh any score. */
const failureWeight = 0.35;
const countedFailures = 4;
/** Below this share of free bytes a storage pool begins to count against its host, up to the whole weight when it is full. */
const storageScarce = 0.2;
const storageWeight = 0.3;

const scratch: FreeShare = { cpu: 0, memory: 0 };

/** The score by the figures of a host, without what a placement group adds. */
export function scoreFigures(
  host: HostFigures,
  request: Pick<PlacementRequest, 'kind' | 'size'>,
  cached: boolean,
): number {
  const { vcpus, memoryMiB, diskGiB } = request.size;
  const free = freeShareAfter(host, vcpus, memoryMiB, scratch);
  let score = scoreOf[host.pool.policy](free, host.memoryUsed > 0);
  if (cached) score += imageBonus;
  if (host.recentFailures > 0) score -= failureWeight * Math.min(host.recentFailures, countedFailures);
  if (request.kind === 'vm' && diskGiB > 0 && host.storageFree < storageScarce)
    score -= storageWeight * (1 - host.storageFree / storageScarce);
  return score;
}

/**
 * How well a host would take it: its pool's policy, 0 to 1, plus a bonus for its images, minus failures of late and storage that
 * runs full, and what a soft placement group wishes.
 */
export function scoreHost(host: HostSnapshot, request: PlacementRequest): number {
  const cached = request.image !== null && host.cachedImages.has(request.image);
  const score = scoreFigures(figuresOf(host), request, cached);
  return request.group ? score + groupScore(request.group, request.group.hosts.get(host.id) ?? 0) : score;
}

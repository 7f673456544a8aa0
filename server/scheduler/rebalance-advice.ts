import { fits } from './place-instance.ts';
import { allocatable, claimInSnapshot, type HostSnapshot, type PlacementRequest } from './snapshot.ts';

/** Something that could move, with what a host must have for it. */
export interface Movable {
  id: string;
  hostId: string;
  groupId: string | null;
  /** Its group's hosts are filled in here. */
  request: PlacementRequest;
}

export interface ProposedMove {
  id: string;
  from: string;
  to: string;
  /** By how much the imbalance shrinks, 0 to 1. */
  gain: number;
  /** Cost: about how long its memory takes to be copied. */
  seconds: number;
}

export interface RebalanceAdvice {
  imbalance: number;
  imbalanceAfter: number;
  moves: ProposedMove[];
}

/** Below this the hosts of a pool are even enough (scheduling.md: max − mean of normalised memory and CPU). */
export const imbalanceThreshold = 0.15;
/** A move must make the pool this much more even, as a share of its imbalance. DRS has such gates, and regrets their absence. */
const leastGain = 0.1;
/** What a second of copying must earn: a VM of 8 GiB costs about 0.08. */
const costPerSecond = 0.001;
/** 1 Gbit/s, of which a running guest makes a tenth dirty again meanwhile. */
const mibPerSecond = 119;
const dirtyShare = 0.1;
/** At most so many moves from or to one host, and so many in all: an advice is for a person. */
const movesPerHost = 2;
const mostMoves = 10;

/** About how long the memory of a guest takes to be copied: RAM / bandwidth · (1 + dirty rate / bandwidth). */
export const moveSeconds = (memoryMiB: number): number =>
  Math.round((memoryMiB / mibPerSecond) * (1 + dirtyShare) * 10) / 10;

/**
 * Moves that make the hosts of one pool more even: the best single move again and again, while it earns more than it costs. Nothing
 * is moved here. Every move obeys all filters; no instance moves twice.
 */
export function adviseRebalance(hosts: readonly HostSnapshot[], movable: readonly Movable[]): RebalanceAdvice {
  let now = [...hosts];
  const start = imbalanceOf(now);
  const moves: ProposedMove[] = [];
  const left = new Map(movable.map((one) => [one.id, one]));
  const at = new Map<string, number>();
  while (moves.length < mostMoves && imbalanceOf(now) > imbalanceThreshold) {
    const best = bestMove(now, [...left.values()], at, groupHosts(movable, moves));
    if (!best) break;
    now = best.after;
    moves.push(best.move);
    left.delete(best.move.id);
    for (const id of [best.move.from, best.move.to]) at.set(id, (at.get(id) ?? 0) + 1);
  }
  return { imbalance: start, imbalanceAfter: imbalanceOf(now), moves };
}

/** How full a host is: the mean of its claimed shares of CPU and memory. */
function fullness({ capacity: { vcpus, memoryMiB } }: HostSnapshot): number {
  const share = ({ used }: { used: number }, limit: number): number => (limit === 0 ? 0 : used / limit);
  return (share(vcpus, allocatable(vcpus)) + share(memoryMiB, allocatable(memoryMiB))) / 2;
}

/** The fullest host above the mean; hosts that take nothing are not counted. */
export function imbalanceOf(hosts: readonly HostSnapshot[]): number {
  const counted = hosts.filter(({ state, cordonReason }) => state === 'online' && cordonReason === null).map(fullness);
  if (counted.length < 2) return 0;
  return Math.max(...counted) - counted.reduce((sum, one) => sum + one, 0) / counted.length;
}

function bestMove(
  hosts: HostSnapshot[],
  left: readonly Movable[],
  at: ReadonlyMap<string, number>,
  groups: ReadonlyMap<string, Map<string, number>>,
): { move: ProposedMove; after: HostSnapshot[] } | null {
  const before = imbalanceOf(hosts);
  const free = (id: string): boolean => (at.get(id) ?? 0) < movesPerHost;
  const [fullest] = hosts
    .filter(({ id, state, cordonReason }) => free(id) && state === 'online' && cordonReason === null)
    .sort((a, b) => fullness(b) - fullness(a));
  if (!fullest) return null;
  let best: { move: ProposedMove; after: HostSnapshot[]; value: number } | null = null;
  for (const { id, hostId, groupId, request } of left) {
    if (hostId !== fullest.id) continue;
    const { vcpus, memoryMiB, diskGiB } = request.size;
    const without = claimInSnapshot(hosts, hostId, { vcpus: -vcpus, memoryMiB: -memoryMiB, diskGiB: -diskGiB });
    const seconds = moveSeconds(memoryMiB);
    const asked = groupId === null ? request : withGroup(request, groups.get(groupId), hostId);
    for (const target of without) {
      if (target.id === hostId || !free(target.id) || !fits(target, asked)) continue;
      const after = claimInSnapshot(without, target.id, request.size);
      const gain = before - imbalanceOf(after);
      if (gain < leastGain * before || gain <= costPerSecond * seconds) continue;
      const value = gain - costPerSecond * seconds;
      if (best && best.value >= value) continue;
      best = { move: { id, from: hostId, to: target.id, gain: round(gain), seconds }, after, value };
    }
  }
  return best;
}

const round = (share: number): number => Math.round(share * 1e3) / 1e3;

/** Where the instances of each group are, after the moves so far. */
function groupHosts(movable: readonly Movable[], moves: readonly ProposedMove[]): Map<string, Map<string, number>> {
  const groups = new Map<string, Map<string, number>>();
  for (const { id, hostId, groupId } of movable) {
    if (groupId === null) continue;
    const host = moves.find((move) => move.id === id)?.to ?? hostId;
    const hosts = groups.get(groupId) ?? new Map<string, number>();
    groups.set(groupId, hosts.set(host, (hosts.get(host) ?? 0) + 1));
  }
  return groups;
}

/** The group as the others see it, without the one that moves. */
function withGroup(
  request: PlacementRequest,
  hosts: ReadonlyMap<string, number> | undefined,
  own: string,
): PlacementRequest {
  if (!request.group || !hosts) return request;
  const others = new Map(hosts);
  const here = (others.get(own) ?? 0) - 1;
  if (here > 0) others.set(own, here);
  else others.delete(own);
  return { ...request, group: { ...request.group, hosts: others } };
}

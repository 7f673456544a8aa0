import { PlacementIndex } from '#server/scheduler/index/placement-index.ts';
import type { Candidate } from '#server/scheduler/place-instance.ts';
import type { GroupSnapshot, HostSnapshot, PlacementRequest } from '#server/scheduler/snapshot.ts';
import { addToGroup } from './group-snapshot.ts';

/** How many of `count` equal instances would find a host one after the other, and the candidates of the first. */
export function placeSeveral(
  request: PlacementRequest,
  hosts: readonly HostSnapshot[],
  count: number,
): { placed: number; first: Candidate[] } {
  const index = new PlacementIndex(hosts);
  const group = request.group && { ...request.group, hosts: new Map(request.group.hosts) };
  const asked = { ...request, group: group as GroupSnapshot | null };
  let first: Candidate[] = [];
  let placed = 0;
  for (; placed < count; placed++) {
    const candidates = index.place(asked);
    if (placed === 0) first = candidates;
    const [best] = candidates;
    if (!best) break;
    index.claim(best.hostId, request.size);
    addToGroup(group, best.hostId);
  }
  return { placed, first };
}

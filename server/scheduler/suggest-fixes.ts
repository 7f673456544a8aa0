import {
  type PlacementFilter,
  type PlacementFix,
  type PlacementResource,
  placementResources,
} from '#server/contract/placement.ts';
import { allFilters } from './filters/all-filters.ts';
import { fits } from './place-instance.ts';
import { available, type HostSnapshot, type PlacementRequest } from './snapshot.ts';

/** What beside the hosts a fix may choose from. */
export interface FixChoices {
  pools: readonly { id: string; name: string }[];
  flavors: readonly { id: string; name: string; vcpus: number; memoryMiB: number; diskGiB: number }[];
}

/** A request cannot be made smaller than this. */
const least: Record<PlacementResource, number> = { vcpus: 1, memoryMiB: 64, diskGiB: 1 };

/** So many are worth reading. */
const maxFixes = 6;

/**
 * The cheapest changes after which an instance would fit that fits nowhere now. First what changes nothing of the instance, then
 * what makes it a little smaller or gives up a wish, then what an admin can do for it.
 */
export function suggestFixes(
  request: PlacementRequest,
  hosts: readonly HostSnapshot[],
  choices: FixChoices,
): PlacementFix[] {
  const count = (changed: PlacementRequest): number => hosts.filter((host) => fits(host, changed)).length;
  if (count(request) > 0) return [];
  return [
    ...elsewhere(request, choices, count),
    ...smaller(request, hosts, count),
    ...smallerFlavor(request, choices, count),
    ...fewerWishes(request, count),
    ...forAdmins(request, hosts),
  ].slice(0, maxFixes);
}

type Count = (request: PlacementRequest) => number;

function elsewhere(request: PlacementRequest, { pools }: FixChoices, count: Count): PlacementFix[] {
  const fixes: PlacementFix[] = [];
  if (request.hostId !== null) {
    const fitting = count({ ...request, hostId: null });
    if (fitting > 0) fixes.push({ type: 'dropHost', hosts: fitting });
  }
  if (request.wantedPoolId === null) return fixes;
  const others = pools
    .filter(({ id }) => id !== request.wantedPoolId && request.usablePools.has(id))
    .map(({ id, name }): PlacementFix & { hosts: number } => ({
      type: 'setPool',
      pool: { id, name },
      hosts: count({ ...request, wantedPoolId: id }),
    }))
    .filter(({ hosts }) => hosts > 0)
    .sort((a, b) => b.hosts - a.hosts);
  return [...fixes, ...others.slice(0, 2)];
}

/** One resource less, by as little as makes it fit somewhere; the resource that gives up the smallest share first. */
function smaller(request: PlacementRequest, hosts: readonly HostSnapshot[], count: Count): PlacementFix[] {
  const found = placementResources.flatMap((resource) => {
    const shrunk = (value: number): PlacementRequest => ({
      ...request,
      flavorId: null,
      size: { ...request.size, [resource]: value },
    });
    const asked = request.size[resource];
    const most = Math.max(0, ...hosts.map((host) => largest(host, resource)).filter((value) => value < asked));
    // The largest that fits is among what hosts have free; smaller ones where other rules stand against that host.
    const values = [...new Set(hosts.map((host) => largest(host, resource)))]
      .filter((value) => value >= least[resource] && value <= most)
      .sort((a, b) => b - a);
    for (const value of values) {
      const fitting = count(shrunk(value));
      if (fitting > 0)
        return [
          { type: 'setSize' as const, resource, value, less: asked - value, hosts: fitting, share: value / asked },
        ];
    }
    return [];
  });
  return found.sort((a, b) => b.share - a.share).map(({ share: _, ...fix }) => fix);
}

function largest(host: HostSnapshot, resource: PlacementResource): number {
  const free = available(host.capacity[resource]);
  return resource === 'diskGiB' ? free : Math.min(free, host.capacity[resource].total);
}

/** The largest flavor that is nowhere larger than what is asked for. */
function smallerFlavor(request: PlacementRequest, { flavors }: FixChoices, count: Count): PlacementFix[] {
  const { size } = request;
  const below = flavors
    .filter(
      ({ id, vcpus, memoryMiB, diskGiB }) =>
        id !== request.flavorId &&
        vcpus <= size.vcpus &&
        memoryMiB <= size.memoryMiB &&
        (size.diskGiB === 0 || diskGiB <= size.diskGiB),
    )
    .sort((a, b) => b.memoryMiB - a.memoryMiB || b.vcpus - a.vcpus);
  for (const { id, name, vcpus, memoryMiB, diskGiB } of below) {
    const changed = { vcpus, memoryMiB, diskGiB: size.diskGiB === 0 ? 0 : diskGiB };
    const hosts = count({ ...request, flavorId: id, size: changed });
    if (hosts > 0) return [{ type: 'setFlavor', flavor: { id, name }, hosts }];
  }
  return [];
}

function fewerWishes(request: PlacementRequest, count: Count): PlacementFix[] {
  const fixes: PlacementFix[] = [];
  for (const trait of request.traits) {
    const hosts = count({ ...request, traits: request.traits.filter((other) => other !== trait) });
    if (hosts > 0) fixes.push({ type: 'dropTrait', trait, hosts });
  }
  if (request.group?.strictness === 'hard') {
    const hosts = count({ ...request, group: null });
    if (hosts > 0) fixes.push({ type: 'dropGroup', hosts });
  }
  return fixes;
}

/** Hosts against which one thing stands that an admin can take away. */
function forAdmins(request: PlacementRequest, hosts: readonly HostSnapshot[]): PlacementFix[] {
  const uncordon: PlacementFix[] = [];
  const free: { fix: PlacementFix; share: number }[] = [];
  for (const { id, name, ...host } of hosts) {
    const named = { id, name };
    const snapshot: HostSnapshot = { ...host, ...named };
    const refusing = allFilters
      .filter((filter) => filter.refuse(snapshot, request) !== null)
      .map(({ name: rule }) => rule);
    const only = (rule: PlacementFilter): boolean => refusing.length === 1 && refusing[0] === rule;
    if (only('cordon')) uncordon.push({ type: 'uncordon', host: named });
    if (only('host-state') && host.state === 'maintenance') uncordon.push({ type: 'endMaintenance', host: named });
    if (!only('capacity')) continue;
    const short = placementResources.filter((resource) => request.size[resource] > available(host.capacity[resource]));
    const [resource] = short;
    if (!resource || short.length > 1) continue;
    const amount = request.size[resource] - available(host.capacity[resource]);
    free.push({ fix: { type: 'free', host: named, resource, amount }, share: amount / request.size[resource] });
  }
  free.sort((a, b) => a.share - b.share);
  return [...uncordon.slice(0, 2), ...free.slice(0, 2).map(({ fix }) => fix)];
}

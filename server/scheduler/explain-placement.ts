import type { PlacementFilter } from '#server/contract/placement.ts';
import { allFilters } from './filters/all-filters.ts';
import type { Shortage } from './filters/filter.ts';
import type { HostSnapshot, PlacementRequest } from './snapshot.ts';

/** One cell of the table host × filter that says no. */
export interface PlacementReason {
  hostId: string;
  host: string;
  filter: PlacementFilter;
  message: string;
  shortages: Shortage[];
}

export interface PlacementExplanation {
  total: number;
  fitting: number;
  /** Every refusal of every filter, host by host: a host may be in it more than once. */
  reasons: PlacementReason[];
  /** For people: "0 of 12 hosts can take it: 9 without enough capacity, 3 not online." */
  summary: string;
}

/** Why hosts would not take it: all refusals, with what is missing. Hosts that nobody asked for are left out. */
export function explainPlacement(request: PlacementRequest, hosts: readonly HostSnapshot[]): PlacementExplanation {
  const reasons: PlacementReason[] = [];
  const firstRefusal = new Map<string, number>();
  let fitting = 0;
  const asked = request.hostId === null ? hosts : hosts.filter((host) => host.id === request.hostId);
  for (const host of asked) {
    const refusals = allFilters.flatMap((filter) => {
      const refusal = filter.refuse(host, request);
      return refusal ? [{ filter, refusal }] : [];
    });
    const [first] = refusals;
    if (first) firstRefusal.set(first.filter.summary, (firstRefusal.get(first.filter.summary) ?? 0) + 1);
    else fitting += 1;
    for (const { filter, refusal } of refusals) {
      const { message, shortages = [] } = refusal;
      reasons.push({ hostId: host.id, host: host.name, filter: filter.name, message, shortages });
    }
  }
  return { total: asked.length, fitting, reasons, summary: summarize(asked.length, fitting, firstRefusal) };
}

function summarize(total: number, fitting: number, refusals: ReadonlyMap<string, number>): string {
  if (total === 0) return 'There is no host yet.';
  const head = `${fitting} of ${total} ${total === 1 ? 'host' : 'hosts'} can take it`;
  const parts = [...refusals].sort((a, b) => b[1] - a[1]).map(([summary, count]) => `${count} ${summary}`);
  return parts.length === 0 ? `${head}.` : `${head}: ${parts.join(', ')}.`;
}

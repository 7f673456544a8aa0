import type { PlacementAnswer, PlacementFilter, PlacementFix } from '#server/contract/placement.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { listFlavors } from '#server/db/flavor-store.ts';
import { explainPlacement, type PlacementReason } from '#server/scheduler/explain-placement.ts';
import type { HostSnapshot, PlacementRequest } from '#server/scheduler/snapshot.ts';
import { suggestFixes } from '#server/scheduler/suggest-fixes.ts';
import { maySystem } from '../access/effective-right.ts';
import type { ActorContext } from '../service-context.ts';
import type { PlacementView } from './load-placement.ts';

/** What admins alone may do, and what names hosts. */
const adminFixes: readonly PlacementFix['type'][] = ['uncordon', 'endMaintenance', 'free', 'dropHost'];

/**
 * Why a request fits or not, as the actor may know it: who reads hosts sees every host with every rule and the missing amounts; others see
 * how many hosts of the pools they may use each rule refuses. `placed` of `count` would fit one after the other.
 */
export async function placementAnswer(
  db: DbOrTx,
  ctx: ActorContext,
  what: { view: PlacementView; request: PlacementRequest; placed: number; count: number },
): Promise<PlacementAnswer> {
  const { view, request, placed, count } = what;
  const named = maySystem(ctx.actor, 'host:read');
  const hosts = named ? view.hosts : view.hosts.filter(({ pool }) => view.usablePools.has(pool.id));
  const { total, fitting, reasons, summary } = explainPlacement(request, hosts);
  const fixes = placed >= count ? [] : await fixesFor(db, view, request, hosts, placed);
  return {
    fits: placed >= count,
    summary,
    hosts: { total, fitting },
    rules: countRules(reasons),
    reasons: named ? reasons.map(reasonView) : [],
    fixes: named ? fixes : fixes.filter(({ type }) => !adminFixes.includes(type)),
  };
}

async function fixesFor(
  db: DbOrTx,
  view: PlacementView,
  request: PlacementRequest,
  hosts: readonly HostSnapshot[],
  placed: number,
): Promise<PlacementFix[]> {
  if (placed > 0) return [{ type: 'setCount', value: placed }];
  const { items: flavors } = await listFlavors(db, { limit: 200 });
  return suggestFixes(request, hosts, { pools: view.pools, flavors });
}

function countRules(reasons: readonly PlacementReason[]): PlacementAnswer['rules'] {
  const counts = new Map<PlacementFilter, number>();
  for (const { filter } of reasons) counts.set(filter, (counts.get(filter) ?? 0) + 1);
  return [...counts].map(([filter, count]) => ({ filter, hosts: count })).sort((a, b) => b.hosts - a.hosts);
}

const reasonView = ({
  hostId,
  host,
  filter,
  message,
  shortages,
}: PlacementReason): PlacementAnswer['reasons'][number] => ({
  host: { id: hostId, name: host },
  filter,
  message,
  missing: shortages.map(({ resource, needed, available }) => ({
    resource,
    needed,
    available,
    missing: needed - available,
  })),
});

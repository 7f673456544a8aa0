import type { InstanceKind } from '#server/contract/instance-state.ts';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { getProject } from '#server/db/project-store.ts';
import { explainPlacement } from '#server/scheduler/explain-placement.ts';
import { fits, placeInstance } from '#server/scheduler/place-instance.ts';
import { claimInSnapshot, type PlacementRequest } from '#server/scheduler/snapshot.ts';
import { maySystem } from '../access/effective-right.ts';
import type { ProjectContext } from '../service-context.ts';
import { hostSnapshots } from './host-snapshots.ts';

export interface CheckInput {
  kind: InstanceKind;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
  count: number;
  network?: string | undefined;
}

/** Whether so many instances of a size would be admitted now, and if not, why. Nothing is made or claimed. */
export async function checkInstance(ctx: ProjectContext, input: CheckInput) {
  const { db } = ctx.app;
  const { vcpus, memoryMiB, diskGiB, count } = input;
  const [project, snapshots] = await Promise.all([getProject(db, { id: ctx.project.id }), hostSnapshots(db, null)]);
  const asked: Partial<Record<QuotaResource, number>> = {
    instances: count,
    ...(input.kind === 'container' && { containers: count }),
    vcpus: vcpus * count,
    memoryMiB: memoryMiB * count,
    diskGiB: diskGiB * count,
  };
  const quota = quotaResources.flatMap((resource) => {
    const { used, limit } = project.quota[resource];
    const more = asked[resource];
    return more === undefined ? [] : [{ resource, used, after: used + more, limit }];
  });
  const request: PlacementRequest = {
    kind: input.kind,
    size: { vcpus, memoryMiB, diskGiB },
    network: input.network ?? (input.kind === 'vm' ? 'default' : 'none'),
    image: null,
    hostId: null,
  };
  let hosts = snapshots;
  let placed = 0;
  for (; placed < count; placed++) {
    const [best] = placeInstance(request, hosts);
    if (!best) break;
    hosts = claimInSnapshot(hosts, best.hostId, request.size);
  }
  const { reasons } = explainPlacement(request, snapshots);
  // Who may not read hosts learns how many there are and why they do not fit, but not their names and sizes.
  const named = maySystem(ctx.actor, 'host:read');
  return {
    fits: placed === count && quota.every(({ after, limit }) => after <= limit),
    hosts: { total: snapshots.length, fitting: snapshots.filter((host) => fits(host, request)).length },
    reasons: reasons.map(({ host, filter, message }) =>
      named ? { host, filter, message } : { host: '', filter, message: '' },
    ),
    quota,
  };
}

import type { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import type { instanceApi } from '#server/contract/instance-api.ts';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { getProject } from '#server/db/project-store.ts';
import type { PlacementRequest } from '#server/scheduler/snapshot.ts';
import { maySystem } from '../access/effective-right.ts';
import { groupSnapshot } from '../placement/group-snapshot.ts';
import { loadPlacement, requireUsablePool } from '../placement/load-placement.ts';
import { placeSeveral } from '../placement/place-several.ts';
import { placementAnswer } from '../placement/placement-answer.ts';
import type { ProjectContext } from '../service-context.ts';

/**
 * Whether so many instances of a size would be admitted now, and if not, why and what would help. Nothing is made or claimed.
 * Throws `not_found` for a pool or group, `forbidden` for a host.
 */
export async function checkInstance(ctx: ProjectContext, input: z.output<typeof instanceApi.check.input>) {
  const { db } = ctx.app;
  const { vcpus, memoryMiB, diskGiB, count, placementGroupId: groupId } = input;
  const { id: projectId } = ctx.project;
  if (input.hostId !== undefined && !maySystem(ctx.actor, 'host:write'))
    throw new AtollError('forbidden', 'Only admins choose the host.');
  const [project, view] = await Promise.all([
    getProject(db, { id: projectId }),
    loadPlacement(db, { projectId, imageSha256: null }),
  ]);
  requireUsablePool(view, input.poolId);
  const asked: Partial<Record<QuotaResource, number>> = {
    instances: count,
    ...(input.kind === 'container' && { containers: count }),
    vcpus: vcpus * count,
    memoryMiB: memoryMiB * count,
    diskGiB: diskGiB * count,
    // Volumes of a container are counted when it is made: some of them may be there already.
    ...(input.kind === 'vm' && diskGiB > 0 && { volumes: count }),
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
    hostId: input.hostId ?? null,
    usablePools: view.usablePools,
    wantedPoolId: input.poolId ?? null,
    flavorId: input.flavorId ?? null,
    traits: input.traits,
    group: groupId === undefined ? null : await groupSnapshot(db, { projectId, id: groupId }),
  };
  const { placed } = placeSeveral(request, view.hosts, count);
  const answer = await placementAnswer(db, ctx, { view, request, placed, count });
  return { ...answer, fits: answer.fits && quota.every(({ after, limit }) => after <= limit), quota };
}

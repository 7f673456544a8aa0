import type { z } from 'zod';
import { AtollError } from '#server/contract/errors.ts';
import type { explainPlacementSchema } from '#server/contract/placement.ts';
import { getFlavor } from '#server/db/flavor-store.ts';
import { fits } from '#server/scheduler/place-instance.ts';
import { scoreHost } from '#server/scheduler/scores/score-host.ts';
import type { PlacementRequest } from '#server/scheduler/snapshot.ts';
import { maySystem } from '../access/effective-right.ts';
import type { ProjectContext } from '../service-context.ts';
import { groupSnapshot } from './group-snapshot.ts';
import { loadPlacement, type PlacementView, requireUsablePool } from './load-placement.ts';
import { placeSeveral } from './place-several.ts';
import { placementAnswer } from './placement-answer.ts';

type Input = z.output<typeof explainPlacementSchema>;

/** As many candidates as a person looks through. */
const shownCandidates = 50;

/** Where an instance would go, and why not elsewhere. Nothing is made or claimed. Throws `not_found`, `validation_failed`, `forbidden`. */
export async function explainForProject(ctx: ProjectContext, input: Input) {
  const { db } = ctx.app;
  const view = await loadPlacement(db, { projectId: ctx.project.id, imageSha256: null });
  const request = await requestOf(ctx, input, view);
  const { placed, first } = placeSeveral(request, view.hosts, input.count);
  const answer = await placementAnswer(db, ctx, { view, request, placed, count: input.count });
  const named = maySystem(ctx.actor, 'host:read');
  const [best] = first;
  return {
    ...answer,
    candidates: named ? candidatesOf(request, view) : [],
    chosen: named && best ? { id: best.hostId, name: best.hostName } : null,
  };
}

function candidatesOf(request: PlacementRequest, { hosts }: PlacementView) {
  return hosts
    .filter((host) => fits(host, request))
    .map((host) => ({
      host: { id: host.id, name: host.name },
      pool: { id: host.pool.id, name: host.pool.name },
      score: Math.round(scoreHost(host, request) * 1e4) / 1e4,
    }))
    .sort((a, b) => b.score - a.score)
    .slice(0, shownCandidates);
}

const wrong = (pointer: string, message: string): AtollError =>
  new AtollError('validation_failed', message, { fields: [{ pointer, code: 'invalid', message }] });

async function requestOf(ctx: ProjectContext, input: Input, view: PlacementView): Promise<PlacementRequest> {
  const { db } = ctx.app;
  if (input.hostId !== undefined && !maySystem(ctx.actor, 'host:write'))
    throw new AtollError('forbidden', 'Only admins choose the host.');
  requireUsablePool(view, input.poolId);
  const flavor = input.flavorId === undefined ? null : await getFlavor(db, { id: input.flavorId });
  const vcpus = input.vcpus ?? flavor?.vcpus;
  const memoryMiB = input.memoryMiB ?? flavor?.memoryMiB;
  const message = 'Give vcpus, memoryMiB and diskGiB, or a flavor.';
  if (vcpus === undefined) throw wrong('/vcpus', message);
  if (memoryMiB === undefined) throw wrong('/memoryMiB', message);
  const diskGiB = input.kind === 'vm' ? (input.diskGiB ?? flavor?.diskGiB ?? 0) : 0;
  const projectId = ctx.project.id;
  const group = input.placementGroupId && (await groupSnapshot(db, { projectId, id: input.placementGroupId }));
  return {
    kind: input.kind,
    size: { vcpus, memoryMiB, diskGiB },
    network: input.network ?? 'default',
    image: null,
    hostId: input.hostId ?? null,
    usablePools: view.usablePools,
    wantedPoolId: input.poolId ?? null,
    flavorId: flavor?.id ?? null,
    traits: input.traits,
    group: group || null,
  };
}

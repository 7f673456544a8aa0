import { AtollError } from '#server/contract/errors.ts';
import type { Operation } from '#server/contract/operation.ts';
import type { Volume } from '#server/contract/volume.ts';
import { onlyProject } from '#server/db/scope.ts';
import { requireVersion } from '#server/db/version.ts';
import { getVolume, listVolumes, updateVolume } from '#server/db/volume-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ProjectContext } from '../service-context.ts';
import { volumeView } from './volume-view.ts';

/** Volumes of the project, by name. */
export async function listProjectVolumes(ctx: ProjectContext, input: ListInput) {
  const scope = onlyProject(ctx.project.id);
  const list = ['volumes', ctx.project.id];
  return pageOfList(ctx, list, input, (page) => listVolumes(ctx.app.db, scope, page), volumeView);
}

/** One volume of the project. Throws `not_found`. */
export async function getProjectVolume(ctx: ProjectContext, input: { volume: string }): Promise<Volume> {
  return volumeView(await getVolume(ctx.app.db, { projectId: ctx.project.id, id: input.volume }));
}

/** Deletes a volume that nothing uses. Throws `not_found`, `in_use`, `state_conflict`, `precondition_failed`. */
export async function deleteProjectVolume(
  ctx: ProjectContext,
  input: { volume: string },
): Promise<{ volume: Volume; operation: Operation }> {
  const ref = { projectId: ctx.project.id, id: input.volume };
  const what = { action: 'volume.delete', projectId: ref.projectId, target: { type: 'volume', id: ref.id } };
  return startWork(ctx, what, async (tx) => {
    const row = await getVolume(tx, ref);
    requireVersion(row.version, ctx.expectedVersion);
    if (row.instance) throw new AtollError('in_use', `The volume belongs to ${row.instance.name}.`);
    await updateVolume(tx, ref, { state: 'deleting' });
    const operation = await enqueueOperation(tx, {
      kind: 'volume.delete',
      projectId: ref.projectId,
      target: { type: 'volume', id: ref.id, name: row.name },
      hostId: row.host.id,
      input: { volumeId: ref.id },
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
    });
    return { volume: volumeView(await getVolume(tx, ref)), operation: operationView(operation) };
  });
}

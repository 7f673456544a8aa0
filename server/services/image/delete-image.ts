import { rm } from 'node:fs/promises';
import type { Image } from '#server/contract/image.ts';
import type { Operation } from '#server/contract/operation.ts';
import { getImage, updateImage } from '#server/db/image-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ActorContext } from '../service-context.ts';
import { getWritableImage } from './image-access.ts';
import { uploadPath } from './image-files.ts';
import { imageView } from './image-view.ts';

/**
 * Deletes an image; instances made from it live on. Throws `not_found`, `forbidden`, `state_conflict`,
 * `precondition_failed`.
 */
export async function deleteImage(
  ctx: ActorContext,
  input: { image: string },
): Promise<{ image: Image; operation: Operation }> {
  const { image: id } = input;
  const { projectId, name } = await getWritableImage(ctx.app.db, ctx, id);
  const what = { action: 'image.delete', projectId, target: { type: 'image', id }, detail: { name } };
  const started = await startWork(ctx, what, async (tx) => {
    const before = await getImage(tx, { id, scope: 'every-project', includePublic: true });
    requireVersion(before.version, ctx.expectedVersion);
    // An import that is under way holds the image: enqueueing refuses, and it is to be cancelled first.
    const fromStates = ['uploading', 'importing', 'inspecting', 'ready', 'failed'] as const;
    await updateImage(tx, { id, projectId, fromStates }, { state: 'deleting' });
    const operation = await enqueueOperation(tx, {
      kind: 'image.delete',
      projectId,
      target: { type: 'image', id, name },
      input: { imageId: id },
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
    });
    const row = await getImage(tx, { id, scope: 'every-project', includePublic: true });
    return { image: imageView(row), operation: operationView(operation) };
  });
  await rm(uploadPath(ctx.app.dataDir, id), { force: true });
  return started;
}

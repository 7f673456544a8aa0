import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { AtollError } from '#server/contract/errors.ts';
import { inTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { type ImageRow, updateImage } from '#server/db/image-store.ts';
import { getProject } from '#server/db/project-store.ts';
import { renewUpload, type UploadRef } from '#server/db/upload-store.ts';
import type { InspectedImage } from '#server/platform/image-inspect/inspect-image.ts';
import { inspectImageFile } from '#server/platform/image-inspect/inspect-image-file.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { imagePath, uploadPath } from './image-files.ts';

const gib = 2 ** 30;

/**
 * What happens when all bytes are there: checksum, a look at the headers, and the file moves to its place, named by its
 * checksum and closed for writing. Only the request that holds the upload may do it. Bytes that are refused are deleted and the image is failed with the reason.
 * Throws `checksum_mismatch`, `image_unsafe`, `image_invalid`.
 */
export async function finishUpload(ctx: ActorContext, row: ImageRow, writer: UploadRef): Promise<ImageRow> {
  const { id, projectId, totalBytes } = row;
  const fromStates = ['uploading', 'inspecting'] as const;
  const ref = { id, projectId, fromStates };
  await inTx(ctx.app.db, async (tx) => {
    await renewUpload(tx, writer);
    await updateImage(tx, ref, { state: 'inspecting', receivedBytes: totalBytes ?? 0 });
  });
  const path = uploadPath(ctx.app.dataDir, id);
  const what = { action: 'image.upload', projectId, target: { type: 'image', id } };
  try {
    const { sha256, image, sizeBytes } = await look(ctx, row, path);
    // The row names the bytes before they are in their place: a file that no row names could be lost.
    return await change(ctx, { ...what, detail: { sha256, sizeBytes } }, async (tx) => {
      await renewUpload(tx, writer);
      const ready = await updateImage(tx, ref, { state: 'ready', stateReason: null, sha256, sizeBytes, ...image });
      await chmod(path, 0o400);
      await rename(path, imagePath(ctx.app.dataDir, sha256));
      await appendEvent(tx, {
        projectId,
        type: 'image.uploaded',
        target: { type: 'image', id, name: row.name },
        actor: { id: ctx.actor.userId, name: ctx.actor.name },
        message: 'It was uploaded.',
      });
      return ready;
    });
  } catch (error) {
    if (!(error instanceof AtollError) || error.spec.http >= 500) throw error;
    await inTx(ctx.app.db, async (tx) => {
      await renewUpload(tx, writer);
      await updateImage(tx, ref, { state: 'failed', stateReason: error.message });
    });
    await rm(path, { force: true });
    throw error;
  }
}

async function look(
  ctx: ActorContext,
  row: ImageRow,
  path: string,
): Promise<{ sha256: string; sizeBytes: number; image: InspectedImage }> {
  const { sizeBytes, ...image } = await inspectImageFile(path);
  await requireQuota(ctx, row, image.virtualSizeBytes);
  const sha256 = await sha256Of(path);
  if (row.expectedSha256 !== null && row.expectedSha256 !== sha256)
    throw new AtollError('checksum_mismatch', `The SHA-256 of the file is ${sha256}, not ${row.expectedSha256}.`);
  return { sha256, sizeBytes, image };
}

/** 1 MB that says it is 8 EiB (security.md 6): what a project could never use is refused before any work. */
async function requireQuota(ctx: ActorContext, { projectId }: ImageRow, virtualSizeBytes: number): Promise<void> {
  if (projectId === null) return;
  const { limit } = (await getProject(ctx.app.db, { id: projectId })).quota.diskGiB;
  if (virtualSizeBytes <= limit * gib) return;
  const needed = Math.ceil(virtualSizeBytes / gib);
  throw new AtollError('image_unsafe', `Its disk would have ${needed} GiB; the quota of the project is ${limit} GiB.`);
}

/** Read back from the disk: what is hashed is what was stored. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

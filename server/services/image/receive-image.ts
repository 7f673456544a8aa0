import { type FileHandle, open } from 'node:fs/promises';
import { AtollError } from '#server/contract/errors.ts';
import type { Image } from '#server/contract/image.ts';
import { inTx } from '#server/db/client.ts';
import { type ImageRow, updateImage } from '#server/db/image-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { ActorContext } from '../service-context.ts';
import { finishUpload } from './finish-upload.ts';
import { getWritableImage } from './image-access.ts';
import { uploadPath } from './image-files.ts';
import { imageView } from './image-view.ts';

export interface UploadState {
  receivedBytes: number;
  totalBytes: number;
  image: Image;
}

/** How often progress is written while bytes come, for those who watch. */
const tellMs = 1_000;

/** Uploads that this process is writing. A second writer of one image would mix its bytes in. */
const writing = new Set<string>();

/** How far the upload of an image is. Throws `not_found`, `forbidden`, `state_conflict` where nothing is uploaded. */
export async function getUpload(ctx: ActorContext, imageId: string): Promise<UploadState> {
  return uploadOf(await getWritableImage(ctx.app.db, ctx, imageId));
}

/**
 * Takes bytes of an image from `offset` on, which must be where the last ones ended; what has arrived stays when the line breaks.
 * With the last byte the image is checked and becomes ready. Throws `not_found`, `forbidden`, `conflict` for
 * another offset, `payload_too_large`, and what `finishUpload` throws.
 */
export async function receiveImage(
  ctx: ActorContext,
  imageId: string,
  offset: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<UploadState> {
  const row = await getWritableImage(ctx.app.db, ctx, imageId);
  const { receivedBytes, totalBytes } = uploadOf(row);
  if (offset !== receivedBytes) {
    throw new AtollError('conflict', `The upload goes on at byte ${receivedBytes}, not ${offset}.`, {
      params: { receivedBytes },
      hint: 'Ask with HEAD how far it is and send the bytes from there.',
    });
  }
  if (writing.has(imageId)) throw new AtollError('state_conflict', 'This image is being uploaded already.');
  writing.add(imageId);
  try {
    const received = await write(ctx, row, offset, totalBytes, bytes);
    if (received < totalBytes)
      return { receivedBytes: received, totalBytes, image: imageView(await tell(ctx, row, received)) };
    const image = await finishUpload(ctx, row);
    return { receivedBytes: received, totalBytes, image: imageView(image) };
  } finally {
    writing.delete(imageId);
  }
}

function uploadOf(row: ImageRow): UploadState {
  // Inspecting: the process died while it looked; the client may ask for that once more with an empty rest.
  if ((row.state !== 'uploading' && row.state !== 'inspecting') || row.totalBytes === null)
    throw new AtollError('state_conflict', `The image is ${row.state}; nothing is uploaded to it.`);
  return { receivedBytes: row.receivedBytes, totalBytes: row.totalBytes, image: imageView(row) };
}

async function write(
  ctx: ActorContext,
  row: ImageRow,
  offset: number,
  totalBytes: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  let received = offset;
  let toldAt = monotonicMs();
  const file = await openAt(uploadPath(ctx.app.dataDir, row.id), offset);
  try {
    for await (const chunk of bytes) {
      if (received + chunk.byteLength > totalBytes)
        throw new AtollError('payload_too_large', `More than the ${totalBytes} bytes that were announced.`);
      await file.write(chunk, 0, chunk.byteLength, received);
      received += chunk.byteLength;
      if (monotonicMs() - toldAt < tellMs) continue;
      toldAt = monotonicMs();
      await file.datasync();
      await tell(ctx, row, received);
    }
    await file.datasync();
    return received;
  } catch (error) {
    await file.datasync();
    await tell(ctx, row, received);
    throw error;
  } finally {
    await file.close();
  }
}

/** What lies beyond the offset was written but never counted: it is cut off. */
async function openAt(path: string, offset: number): Promise<FileHandle> {
  const file = await open(path, offset === 0 ? 'w' : 'r+', 0o600);
  await file.truncate(offset);
  return file;
}

function tell(ctx: ActorContext, { id, projectId }: ImageRow, receivedBytes: number): Promise<ImageRow> {
  const ref = { id, projectId, fromStates: ['uploading', 'inspecting'] as const };
  return inTx(ctx.app.db, (tx) => updateImage(tx, ref, { receivedBytes }));
}

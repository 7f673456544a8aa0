import { AtollError } from '#server/contract/errors.ts';
import type { Image } from '#server/contract/image.ts';
import type { ImageRow } from '#server/db/image-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { ActorContext } from '../service-context.ts';
import { finishUpload } from './finish-upload.ts';
import { getWritableImage } from './image-access.ts';
import { imageView } from './image-view.ts';
import { UploadWriter } from './upload-writer.ts';

export interface UploadState {
  receivedBytes: number;
  totalBytes: number;
  image: Image;
}

/** How often progress is written while bytes come, for those who watch. */
const tellMs = 1_000;

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
  const writer = await UploadWriter.claim(ctx.app, row, offset);
  try {
    const received = await write(writer, offset, totalBytes, bytes);
    if (received < totalBytes)
      return { receivedBytes: received, totalBytes, image: imageView(await writer.tell(received)) };
    const image = await writer.during(() => finishUpload(ctx, row, writer.ref));
    return { receivedBytes: received, totalBytes, image: imageView(image) };
  } finally {
    await writer.release();
  }
}

function uploadOf(row: ImageRow): UploadState {
  // Inspecting: the process died while it looked; the client may ask for that once more with an empty rest.
  if ((row.state !== 'uploading' && row.state !== 'inspecting') || row.totalBytes === null)
    throw new AtollError('state_conflict', `The image is ${row.state}; nothing is uploaded to it.`);
  return { receivedBytes: row.receivedBytes, totalBytes: row.totalBytes, image: imageView(row) };
}

async function write(
  writer: UploadWriter,
  offset: number,
  totalBytes: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  let received = offset;
  let toldAt = monotonicMs();
  const file = await writer.open(offset);
  try {
    for await (const chunk of bytes) {
      if (received + chunk.byteLength > totalBytes)
        throw new AtollError('payload_too_large', `More than the ${totalBytes} bytes that were announced.`);
      await writer.confirm();
      await file.write(chunk, 0, chunk.byteLength, received);
      received += chunk.byteLength;
      if (monotonicMs() - toldAt < tellMs) continue;
      toldAt = monotonicMs();
      await file.datasync();
      await writer.tell(received);
    }
    await file.datasync();
    return received;
  } catch (error) {
    await file.datasync();
    await writer.tell(received);
    throw error;
  } finally {
    await file.close();
  }
}

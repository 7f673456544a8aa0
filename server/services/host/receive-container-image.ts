import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AtollError } from '#server/contract/errors.ts';
import { getHost } from '#server/db/host-store.ts';
import { newId } from '#server/platform/id.ts';
import { withFile } from '#server/platform/with-file.ts';
import type { ActorContext } from '../service-context.ts';
import { loadContainerImage } from './container-images.ts';
import type { StartedHostWork } from './start-host-work.ts';

/** Container images are seldom larger than 20 GiB. */
const maxTarBytes = 64 * 2 ** 30;

/**
 * Takes a tar of container images into the folder of uploads and starts the operation that loads it into the engine of the host,
 * which deletes the file. Throws `not_found`, `payload_too_large`.
 */
export async function receiveContainerImage(
  ctx: ActorContext,
  hostId: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<StartedHostWork> {
  await getHost(ctx.app.db, { id: hostId });
  const file = `${newId()}.tar`;
  const path = join(ctx.app.dataDir, 'uploads', file);
  try {
    await write(path, bytes);
    return await loadContainerImage(ctx, { host: hostId, file });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  return withFile(path, 'wx', async (file) => {
    let received = 0;
    for await (const chunk of bytes) {
      received += chunk.byteLength;
      if (received > maxTarBytes) throw new AtollError('payload_too_large');
      await file.write(chunk);
    }
    await file.datasync();
  });
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type Db, inTx } from '#server/db/client.ts';
import { insertImage, listImagesInState, updateImage } from '#server/db/image-store.ts';
import { imagePath } from '#server/operations/workflows/image-file.ts';
import { inspectImageFile } from '#server/platform/image-inspect/inspect-image-file.ts';

/**
 * Offers a disk image to every project, after the same look that uploads get. Answers its name, or null when an image of
 * these bytes is offered already. Throws AtollError image_unsafe, image_invalid; errors of the file system.
 */
export async function seedImage(db: Db, dataDir: string, path: string): Promise<string | null> {
  const sha256 = await checksum(path);
  const images = await listImagesInState(db, 'ready');
  if (images.some((image) => image.sha256 === sha256 && image.projectId === null)) return null;
  const { sizeBytes, ...facts } = await inspectImageFile(path);
  const target = imagePath(dataDir, sha256);
  await copyFile(path, `${target}.new`);
  await rename(`${target}.new`, target);
  const name = basename(path, extname(path));
  await inTx(db, async (tx) => {
    const { id } = await insertImage(tx, { projectId: null, name, state: 'importing', defaultUser: 'root' });
    await updateImage(tx, { id, projectId: null }, { state: 'ready', sha256, sizeBytes, ...facts });
  });
  return name;
}

async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

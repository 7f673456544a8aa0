import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the bytes of an image lie: by their checksum, so that what was inspected is what is used (security.md 8). */
export function imagePath(dataDir: string, sha256: string): string {
  if (!/^[a-f0-9]{64}$/.test(sha256)) throw new TypeError(`${sha256} is no SHA-256 in hex.`);
  return join(dataDir, 'images', sha256);
}

/** Where an import writes until it is complete and inspected. */
export function importPath(dataDir: string, imageId: string): string {
  return join(dataDir, 'images', `.import-${imageId}`);
}

export async function imageFileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * The bytes of a file in pieces that suit a network. It is opened when it is read, not before: a stream that nobody reads
 * has nobody who hears that it cannot be opened.
 */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>;
}

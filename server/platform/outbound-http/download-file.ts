import { createHash } from 'node:crypto';
import { AtollError } from '#server/contract/errors.ts';
import { withFile } from '../with-file.ts';
import { type OpenUrlOptions, openUrl } from './open-url.ts';

export interface DownloadOptions extends OpenUrlOptions {
  maxBytes: number;
  /** Bytes so far, and in all where the server said so. */
  onProgress: (done: number, total: number | null) => void;
}

export interface Downloaded {
  sizeBytes: number;
  sha256: string;
  sha512: string;
}

/**
 * Fetches a URL into a new file of mode 0600, which is on the disk when this answers. An older file of that path is
 * overwritten: a broken download begins again.
 *
 * @throws AtollError as {@link openUrl}, `download_failed` when it is larger than allowed or cut short; errors of the
 * file system; what the signal aborts with.
 */
export async function downloadFile(url: string, path: string, options: DownloadOptions): Promise<Downloaded> {
  const tooLarge = (): AtollError =>
    new AtollError('download_failed', `The file is larger than ${options.maxBytes} bytes.`);
  const response = await openUrl(url, options);
  const announced = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isSafeInteger(announced) ? announced : null;
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  let sizeBytes = 0;
  try {
    if (total !== null && total > options.maxBytes) throw tooLarge();
    await withFile(path, 'w', async (file) => {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        sizeBytes += chunk.length;
        if (sizeBytes > options.maxBytes) throw tooLarge();
        sha256.update(chunk);
        sha512.update(chunk);
        await file.writeFile(chunk);
        options.onProgress(sizeBytes, total);
      }
      await file.sync();
    });
  } catch (error) {
    response.destroy();
    if (options.signal.aborted) throw options.signal.reason;
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') {
      throw new AtollError('download_failed', 'The connection broke before the file was complete.', { cause: error });
    }
    throw error;
  }
  if (total !== null && sizeBytes !== total) throw new AtollError('download_failed', 'The file came incomplete.');
  return { sizeBytes, sha256: sha256.digest('hex'), sha512: sha512.digest('hex') };
}

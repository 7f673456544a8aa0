import type { SFTPWrapper } from 'ssh2';
import { TransportError } from '../transport-error.ts';
import { sftpError } from './ssh-error.ts';

/** What one SFTP read asks for: servers need not answer more than 32 KiB (draft-ietf-secsh-filexfer-02 §3). */
const chunkBytes = 32 * 1024;

/** SSH_FX_EOF of the same draft, §7. */
const endOfFile = 1;

/**
 * Reads a file to its end; files of /proc do not know their size, so nothing is believed but what comes.
 *
 * @throws TransportError `not_found`, `forbidden`, `too_large`, `lost`.
 */
export async function readSftpFile(sftp: SFTPWrapper, path: string, what: string, maxBytes: number): Promise<Buffer> {
  const handle = await new Promise<Buffer>((resolve, reject) => {
    sftp.open(path, 'r', (error, opened) => (error ? reject(sftpError(what, error)) : resolve(opened)));
  });
  const chunks: Buffer[] = [];
  for (let size = 0; ; ) {
    const chunk = await readChunk(sftp, handle, size, what);
    if (chunk.length === 0) return Buffer.concat(chunks);
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) {
      throw new TransportError('too_large', `${what}: it is larger than ${maxBytes} bytes`, { sent: false });
    }
  }
}

function readChunk(sftp: SFTPWrapper, handle: Buffer, position: number, what: string): Promise<Buffer> {
  const buffer = Buffer.alloc(chunkBytes);
  return new Promise((resolve, reject) => {
    sftp.read(handle, buffer, 0, chunkBytes, position, (error, bytesRead) => {
      if (!error) resolve(buffer.subarray(0, bytesRead));
      else if ((error as Error & { code?: number }).code === endOfFile) resolve(buffer.subarray(0, 0));
      else reject(sftpError(what, error));
    });
  });
}

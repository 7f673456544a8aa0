import { type FileHandle, open } from 'node:fs/promises';

/** Opens a file for some work and closes it afterwards, whatever happens. `flags` as in node:fs; new files get mode 0600. */
export async function withFile<T>(
  path: string,
  flags: 'r' | 'w' | 'wx',
  work: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

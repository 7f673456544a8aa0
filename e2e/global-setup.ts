import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { startWorld, worldFile } from './world.ts';

/** Starts one Atoll for the specs that need no host; answers what stops it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const { stop, ...world } = await startWorld();
  await mkdir(dirname(worldFile), { recursive: true });
  await writeFile(worldFile, JSON.stringify(world), { mode: 0o600 });
  return async () => {
    await stop();
    await rm(worldFile, { force: true });
  };
}

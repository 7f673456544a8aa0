import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { guestImagePath } from '../server/testing/lab/built-images.ts';
import { startHost } from '../server/testing/lab/start-host.ts';
import { startAtoll } from './atoll-process.ts';
import { type World, worldFile } from './world.ts';

/** Starts one real host and one Atoll for all specs; answers what stops them. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const guest = await guestImagePath();
  const host = await startHost({ name: 'reef-1' });
  const restHost = await startHost({ name: 'reef-2' });
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-e2e-'));
  await chmod(dataDir, 0o711); // the PostgreSQL user must be able to pass
  try {
    const atoll = await startAtoll(dataDir);
    const world: World = {
      url: atoll.url,
      setupUrl: atoll.setupUrl,
      atollPid: atoll.pid,
      host: host.info,
      restHost: restHost.info,
      dataDir,
      guestImagePath: guest,
    };
    await mkdir(dirname(worldFile), { recursive: true });
    await writeFile(worldFile, JSON.stringify(world), { mode: 0o600 });
    return async () => {
      await atoll.stop();
      if (process.env.ATOLL_E2E_LOG) await writeFile(process.env.ATOLL_E2E_LOG, atoll.output());
      await host.stop();
      await restHost.stop();
      await rm(worldFile, { force: true });
      await rm(dataDir, { recursive: true, force: true });
    };
  } catch (error) {
    await host.stop();
    await restHost.stop();
    throw error;
  }
}

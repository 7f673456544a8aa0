import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestImagePath } from '../server/testing/lab/built-images.ts';
import type { LabHostInfo } from '../server/testing/lab/host-access.ts';
import { startHost } from '../server/testing/lab/start-host.ts';
import { startAtoll } from './atoll-process.ts';

/** A fresh Atoll nobody has signed in to, and where a spec asks for one, a real host that it does not know yet. */
export interface World {
  url: string;
  setupUrl: string;
  atollPid: number;
  dataDir: string;
  guestImagePath: string;
  stop(): Promise<void>;
}

/** A host with libvirt and Docker that Atoll reaches by SSH. */
export interface HostWorld extends World {
  host: LabHostInfo;
}

/** The first admin, made by {@link signIn} or by the spec of the first run. */
export const admin = { name: 'Ada Admin', email: 'ada@example.org', password: 'lagoon-and-reef-42' };

/**
 * Starts a world of its own for one spec: what a spec leaves behind when it fails is not in the way of the next one, nor of
 * its own second try.
 */
export async function startWorld(): Promise<World> {
  const guest = await guestImagePath();
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-e2e-'));
  await chmod(dataDir, 0o711); // the PostgreSQL user must be able to pass
  const atoll = await startAtoll(dataDir);
  return {
    url: atoll.url,
    setupUrl: atoll.setupUrl,
    atollPid: atoll.pid,
    dataDir,
    guestImagePath: guest,
    async stop() {
      await atoll.stop();
      if (process.env.ATOLL_E2E_LOG) await writeFile(process.env.ATOLL_E2E_LOG, atoll.output());
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** {@link startWorld} with a real host beside it. `name` is unique within this process. */
export async function startHostWorld(name: string): Promise<HostWorld> {
  const lab = await startHost({ name });
  try {
    const world = await startWorld();
    return {
      ...world,
      host: lab.info,
      async stop() {
        await world.stop();
        await lab.stop();
      },
    };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

export const worldFile = join(import.meta.dirname, '../.cache/e2e-world.json');

/** The world that global-setup.ts started for the specs that share one. */
export const readWorld = (): Omit<World, 'stop'> => JSON.parse(readFileSync(worldFile, 'utf8')) as Omit<World, 'stop'>;

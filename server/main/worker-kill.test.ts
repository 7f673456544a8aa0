import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import type { HostRow } from '#server/db/host-store.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { DockerDriver } from '#server/drivers/docker/docker-driver.ts';
import { compareHosts, compareUnmanaged, listHosts } from '#server/testing/compare-hosts.ts';
import { makeHost, makeProject } from '#server/testing/factories.ts';
import { admitInstance, enqueueOnInstance, type Place } from '#server/testing/instance-rows.ts';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import { type DataDirectory, type InstallationSecrets, prepareDataDirectory, readSecrets } from './data-directory.ts';

/*
 * Real worker processes on a real Docker host, killed by kill -9 at moments that nobody chose, while they create and
 * delete: whatever was under way is finished or undone by the next, and nothing leaks (reliability.md F1).
 */

const creates = 16;
const kills = 4;

let root: string;
let lab: LabHost;
let database: TestDatabase;
let db: Db;
let directory: DataDirectory;
let secrets: InstallationSecrets;
let place: Place;
let worker: ChildProcess | null = null;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-kill-'));
  lab = await startHost({ name: 'worker-kill', engines: ['docker'] });
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
  directory = await prepareDataDirectory(join(root, 'data'));
  secrets = await readSecrets(directory);
  const host = await makeHost(db, { dockerSocket: lab.info.dockerSocketPath });
  await inTx(db, (tx) => setHostEngine(tx, { hostId: host.id }, dockerUp));
  await db.host.update({ where: { id: host.id }, data: { dockerSocket: lab.info.dockerSocketPath } });
  // The worker soon learns how few CPUs the machine really has: room for all must not depend on them.
  await db.hostInventory.updateMany({ where: { hostId: host.id, resource: 'vcpus' }, data: { ratio: 32 } });
  const { id: projectId } = await makeProject(db, { quota: { instances: 100, vcpus: 100, memoryMiB: 100_000 } });
  place = { db, projectId, host, publicKey: secrets.sealing.public };
}, 300_000);

afterAll(async () => {
  worker?.kill('SIGKILL');
  await lab?.stop();
  await db?.$disconnect();
  await database?.drop();
  await rm(root, { recursive: true, force: true });
});

const dockerUp: HostRow['engines'][number] = {
  type: 'docker',
  state: 'up',
  version: '20.10',
  message: null,
  capabilities: {
    ...{ type: 'docker', apiVersion: '1.41', storageDriver: 'overlay2', cgroupVersion: '1' },
    ...{ rootless: false, usernsRemap: false, liveRestore: true, podman: false },
  },
};

function startWorker(): ChildProcess {
  const script = join(import.meta.dirname, 'worker.ts');
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      NODE_ENV: 'test',
      PATH: process.env.PATH,
      ATOLL_LOG_LEVEL: 'silent',
      ATOLL_DATA_DIR: directory.root,
      ATOLL_WORKER_DATABASE_URL: database.url,
      ATOLL_SEALING_KEY: secrets.sealing.private.privateKey.reveal(),
    },
  });
}

async function killWorker(): Promise<void> {
  if (!worker) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

const unfinished = () => db.operation.count({ where: { state: { notIn: ['succeeded', 'failed', 'cancelled'] } } });
const finished = () => db.operation.count({ where: { state: { in: ['succeeded', 'failed'] } } });

it('workers that are killed again and again leave nothing behind', async () => {
  const docker = new DockerDriver({
    ...{ type: 'machine', machine: new LocalMachine(), socketPath: lab.info.dockerSocketPath },
  });
  await lab.docker(['run', '--detach', '--name', 'foreign', 'busybox:latest', 'sleep', '3600']);
  const hosts = new Map([[place.host.id, [docker]]]);
  const before = await listHosts(hosts);

  const instances: string[] = [];
  for (let count = 0; count < creates; count += 1) {
    // Every fourth cannot succeed: its image is nowhere.
    const imageRef = count % 4 === 3 ? 'no-such-image:latest' : 'busybox:latest';
    instances.push((await admitInstance(place, { kind: 'container', imageRef })).instanceId);
  }
  for (let count = 0; count < kills; count += 1) {
    worker = startWorker();
    const goal = (await finished()) + 2;
    // Some work is done, and some is under way.
    await vi.waitFor(async () => expect(await finished()).toBeGreaterThanOrEqual(Math.min(goal, creates)), {
      timeout: 120_000,
      interval: 20,
    });
    await killWorker();
  }
  worker = startWorker();
  await vi.waitFor(async () => expect(await unfinished()).toBe(0), { timeout: 240_000, interval: 200 });

  for (const id of instances.slice(0, creates / 2)) {
    await inTx(db, (tx) => updateInstance(tx, { id, projectId: place.projectId }, { lifecycle: 'deleting' }));
    await enqueueOnInstance(place, 'instance.delete', id);
  }
  const half = creates + creates / 4;
  await vi.waitFor(async () => expect(await finished()).toBeGreaterThanOrEqual(half), {
    timeout: 120_000,
    interval: 20,
  });
  await killWorker();
  worker = startWorker();
  await vi.waitFor(async () => expect(await unfinished()).toBe(0), { timeout: 240_000, interval: 200 });
  await killWorker();

  expect(await db.operation.count({ where: { state: 'succeeded', kind: 'instance.create' } })).toBe((creates * 3) / 4);
  expect(await db.instance.count()).toBe(creates / 2);
  const after = await listHosts(hosts);
  expect(await findViolations(db)).toEqual([]);
  expect(await compareHosts(db, after)).toEqual([]);
  expect(compareUnmanaged(before, after)).toEqual([]);
  await docker.close();
}, 1_200_000);

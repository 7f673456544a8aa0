import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineType } from '#server/contract/host.ts';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import type { HostRow } from '#server/db/host-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { readSecret, type SecretRef } from '#server/db/sealed-secret-store.ts';
import type { Driver } from '#server/drivers/driver.ts';
import { SimulatedHost } from '#server/drivers/simulator/simulated-host.ts';
import { SimulatorDriver, type SimulatorOptions } from '#server/drivers/simulator/simulator-driver.ts';
import { HostAccess } from '#server/operations/host-link/host-access.ts';
import { HostLinks } from '#server/operations/host-link/host-links.ts';
import type { WorkflowTools } from '#server/operations/workflows/workflow-tools.ts';
import { createLog } from '#server/platform/log.ts';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import { newSealingKeys, type SealingPublicKey } from '#server/platform/sealing.ts';
import { compareHosts, compareUnmanaged, listHosts } from './compare-hosts.ts';
import { makeHost, makeProject } from './factories.ts';
import { createTestDatabase } from './test-database.ts';

const log = createLog({ process: 'test', level: 'silent' });

/** SHA-256 of the bytes of {@link testImage}. */
export const testImage = { sha256: 'c'.repeat(64), format: 'qcow2', sizeBytes: 9, virtualSizeBytes: 2 ** 20 } as const;

/** A database, a data directory and keys: what the tests of one file share. */
export interface AtollGround {
  db: Db;
  dataDir: string;
  publicKey: SealingPublicKey;
  openSecret: WorkflowTools['openSecret'];
  dispose(): Promise<void>;
}

export async function createAtollGround(): Promise<AtollGround> {
  const database = await createTestDatabase();
  const db = createDb(database.url, { max: 8 });
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-ground-'));
  await mkdir(join(dataDir, 'images'));
  await mkdir(join(dataDir, 'uploads'));
  await writeFile(join(dataDir, 'images', testImage.sha256), 'some disk');
  const keys = await newSealingKeys();
  return {
    db,
    dataDir,
    publicKey: keys.public,
    openSecret: (ref: SecretRef) => readSecret(db, keys.private, ref),
    async dispose() {
      await db.$disconnect();
      await database.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}

export interface AtollTestbed extends AtollGround {
  projectId: string;
  host: HostRow;
  /** What is on the host, per engine. */
  machines: Record<EngineType, SimulatedHost>;
  /** The drivers, past any fault that was put before them. */
  drivers: Record<EngineType, Driver>;
  links: HostLinks;
  access: HostAccess;
  tools: WorkflowTools;
  /** Rows against hosts and among themselves; what is not ours is as it was at the beginning. Answers sentences. */
  invariants(): Promise<string[]>;
}

export interface TestbedOptions {
  /** Put before each driver that links give out, such as a fault. */
  wrap?: (driver: Driver) => Driver;
  simulator?: SimulatorOptions;
}

/** One project and one simulated host with both engines, on ground that other tests stand on too. */
export async function createAtollTestbed(ground: AtollGround, options: TestbedOptions = {}): Promise<AtollTestbed> {
  const { db, dataDir, openSecret } = ground;
  const { wrap = (driver) => driver, simulator } = options;
  const { id: projectId } = await makeProject(db);
  const machines = {
    libvirt: new SimulatedHost({ engine: 'libvirt' }),
    docker: new SimulatedHost({ engine: 'docker' }),
  };
  const drivers = {
    libvirt: new SimulatorDriver(machines.libvirt, simulator),
    docker: new SimulatorDriver(machines.docker, simulator),
  };
  const host = await makeHost(db);
  await inTx(db, async (tx) => {
    for (const driver of Object.values(drivers)) {
      const call = { signal: new AbortController().signal, timeoutMs: 10_000, bootTestGuest: false };
      const { version, capabilities } = await new SimulatorDriver(machines[driver.engine]).inspect(call);
      const engine = { type: driver.engine, state: 'up', version, capabilities, message: null } as const;
      await setHostEngine(tx, { hostId: host.id }, engine);
    }
  });
  const open = async () => ({ machine: null, drivers: [wrap(drivers.libvirt), wrap(drivers.docker)] });
  const links = new HostLinks({ db, log, open });
  const access = new HostAccess({ db, links });
  for (const machine of Object.values(machines)) {
    machine.addUnmanaged('somebody-elses');
    machine.onChange((id) => access.instanceBell.ring(id));
  }
  const own = new Map([[host.id, Object.values(machines).map((machine) => new SimulatorDriver(machine))]]);
  const before = await listHosts(own);
  return {
    ...ground,
    projectId,
    host,
    machines,
    drivers,
    links,
    access,
    tools: {
      db,
      dataDir,
      hosts: access,
      openSecret,
      urlPolicy: async () => ({ allowed: networkSet(['127.0.0.0/8']), denied: networkSet([]) }),
    },
    async invariants() {
      const now = await listHosts(own);
      const violations = (await findViolations(db)).map((violation) => `${violation.invariant}: ${violation.message}`);
      return [...violations, ...(await compareHosts(db, now)), ...compareUnmanaged(before, now)];
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { defaultPoolId } from '../../server/contract/host-pool.ts';
import { createDb, type Db } from '../../server/db/client.ts';
import { findViolations } from '../../server/db/invariants.ts';
import { newId } from '../../server/platform/id.ts';
import { makeProject } from '../../server/testing/factories.ts';
import type { TestPostgres } from '../../server/testing/test-postgres.ts';
import type { SchedulerReport } from './scheduler-process.ts';

const root = join(import.meta.dirname, '../..');
const projectCount = 30;

export interface Committed {
  hosts: number;
  schedulers: number;
  perSecond: number;
  /** Of all claims. */
  conflictShare: number;
  /** Sums and limits that the database itself finds wrong afterwards (I1 and I2 but for owners that were never made); none is what one wants. */
  violations: number;
}

/**
 * Committed placements: several schedulers as processes of their own, each with its own index, claim on one PostgreSQL what the product
 * claims for an instance (project quota, pool quota, host). Nobody tells them of each other's claims: what they think of a host is
 * corrected only when a claim fails.
 */
export async function measureCommitted(hosts: number, schedulers: number, claimsEach: number): Promise<Committed> {
  const postgres = startPostgres();
  try {
    const { url, template } = JSON.parse(await firstLine(postgres)) as TestPostgres;
    const database = new URL(url);
    database.pathname = 'bench';
    const admin = new Client({ connectionString: url });
    await admin.connect();
    await admin.query(`CREATE DATABASE bench TEMPLATE ${template}`);
    await admin.end();
    const db = createDb(database.href, { max: 4 });
    const projects = await fill(db, hosts);
    const all = Array.from({ length: schedulers }, (_, at) =>
      startNode('bench/placement/scheduler-process.ts', [
        database.href,
        projects.join(),
        String(claimsEach),
        String(at + 1),
      ]),
    );
    const lines = all.map((child) => linesOf(child));
    await Promise.all(lines.map((next) => next()));
    for (const child of all) child.stdin?.write('go\n');
    const reports = (await Promise.all(lines.map((next) => next()))).map((line) => JSON.parse(line) as SchedulerReport);
    const committed = reports.reduce((sum, report) => sum + report.committed, 0);
    const conflicts = reports.reduce((sum, report) => sum + report.conflicts, 0);
    const seconds = Math.max(...reports.map((report) => report.ms)) / 1000;
    const violations = (await findViolations(db)).filter(({ message }) => !message.includes('not there')).length;
    await db.$disconnect();
    const conflictShare = conflicts / (committed + conflicts);
    return { hosts, schedulers, perSecond: Math.round(committed / seconds), conflictShare, violations };
  } finally {
    postgres.stdin?.end();
    await once(postgres, 'exit');
  }
}

function startNode(file: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(root, file), ...args], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
}

const startPostgres = (): ChildProcess => startNode('server/testing/test-postgres.ts', []);

function linesOf(child: ChildProcess): () => Promise<string> {
  if (!child.stdout) throw new Error('The process has no output.');
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await iterator.next();
    if (done) throw new Error('A process ended before it had said anything.');
    return value;
  };
}

const firstLine = (child: ChildProcess): Promise<string> => linesOf(child)();

/** Hosts and projects, written at once. */
async function fill(db: Db, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await db.host.createMany({
    data: ids.map((id, at) => ({
      id,
      name: `host-${at}`,
      state: 'online',
      connectionType: 'local',
      storagePool: 'atoll',
      poolId: defaultPoolId,
      networks: [{ name: 'default', engine: 'libvirt', mode: 'nat', subnet: null, active: true }],
      traits: [...(at % 4 === 0 ? ['ssd'] : []), ...(at % 10 === 0 ? ['gpu'] : [])],
    })),
  });
  await db.hostEngine.createMany({ data: ids.map((hostId) => ({ hostId, type: 'libvirt', state: 'up' })) });
  await db.hostInventory.createMany({
    data: ids.flatMap((hostId) => [
      { hostId, resource: 'vcpus', total: 64, ratio: 1 },
      { hostId, resource: 'memoryMiB', total: 262_144, ratio: 1 },
      { hostId, resource: 'diskGiB', total: 1_000_000, ratio: 1 },
    ]),
  });
  const plenty = 1_000_000_000;
  const quota = { instances: plenty, vcpus: plenty, memoryMiB: plenty, diskGiB: plenty };
  const projects: string[] = [];
  for (let at = 0; at < projectCount; at += 1) projects.push((await makeProject(db, { quota })).id);
  return projects;
}

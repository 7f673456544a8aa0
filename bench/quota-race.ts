import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { AtollError } from '#server/contract/errors.ts';
import { createInstanceSchema } from '#server/contract/instance.ts';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { migrate } from '#server/db/migrate.ts';
import type { ProjectRow } from '#server/db/project-store.ts';
import { silentBell } from '#server/operations/engine/bell.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { startPostgres } from '#server/platform/postgres/start-postgres.ts';
import { createInstance } from '#server/services/instance/create-instance.ts';
import type { ProjectContext } from '#server/services/service-context.ts';
import { makeHost, makeProject, makeUser } from '#server/testing/factories.ts';
import { percentile } from './measure.ts';

/**
 * Creates against one quota: `node bench/quota-race.ts [creates] [limit] [connections]`, default 1,000 against 200 over 16. Each is
 * the whole admission (quota, placement, rows, operation, audit) in one transaction, and all of them want the same counters. The
 * baseline counts, then creates: what it lets through beyond the limit is what claims are for.
 */
const [creates = 1_000, limit = 200, connections = 16] = process.argv.slice(2).map(Number);

const dataDir = await mkdtemp(join(tmpdir(), 'atoll-quota-race-'));
const postgres = await startPostgres({ dataDir, durable: true, log: () => undefined });
await migrate(postgres.url);
const db = createDb(postgres.url, { max: connections, waitMs: 60_000 });
try {
  const userId = (await makeUser(db)).id;
  const { id: hostId } = await makeHost(db);
  const docker = { type: 'docker', state: 'up', version: null, capabilities: null, message: null } as const;
  await inTx(db, (tx) => setHostEngine(tx, { hostId }, docker));

  const quota = { instances: limit, containers: 100_000, vcpus: 100_000, memoryMiB: 10_000_000 };
  const project = await makeProject(db, { ownerId: userId, quota });
  const size = { vcpus: 1, memoryMiB: 16 };
  await race('claims', () => {
    const name = `c-${newId().slice(-12)}`;
    const input = createInstanceSchema.parse({ kind: 'container', name, image: 'nginx:1', ...size });
    return createInstance(contextOf(project, userId), input);
  });
  console.log(`  invariants broken: ${(await findViolations(db)).length}`);

  const naive = await makeProject(db);
  await race('count, then insert a row, and nothing else', () =>
    inTx(db, async (tx) => {
      if ((await tx.flavor.count({ where: { name: { startsWith: naive.id } } })) >= limit)
        throw new AtollError('quota_exceeded');
      await tx.flavor.create({ data: { id: newId(), name: `${naive.id}-${newId()}`, ...size, diskGiB: 1 } });
    }),
  );
  console.log(`\nload ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} cores`);
} finally {
  await db.$disconnect();
  await postgres.stop();
  await rm(dataDir, { recursive: true });
}

/** As many at once as there are connections; prints how many came through, how fast, and how long each took. */
async function race(name: string, create: () => Promise<unknown>): Promise<void> {
  const timesMs: number[] = [];
  let admitted = 0;
  let begun = 0;
  const client = async (): Promise<void> => {
    while (begun++ < creates) {
      const from = performance.now();
      await create().then(
        () => admitted++,
        (error: unknown) => {
          if (!(error instanceof AtollError && error.code === 'quota_exceeded')) throw error;
        },
      );
      timesMs.push(performance.now() - from);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - from) / 1_000;
  const [median, p99] = [percentile(timesMs, 50).toFixed(0), percentile(timesMs, 99).toFixed(0)];
  console.log(`\n${name}: ${admitted} of ${creates} admitted, limit ${limit}, ${admitted - limit} too many`);
  console.log(
    `  ${(creates / seconds).toFixed(0)} answers/s, median ${median} ms, p99 ${p99} ms, ${connections} at once`,
  );
}

function contextOf({ id, slug, name }: ProjectRow, userId: string): ProjectContext {
  const app = { db: db as Db, log: createLog({ process: 'web', level: 'silent' }), bell: silentBell };
  const person = { userId, email: 'owner@example.org', name: 'Owner', role: 'user', createdAt: new Date() } as const;
  const actor = { ...person, memberships: [], via: { type: 'session', sessionId: newId() } } as const;
  const context = { app, actor, requestId: newId(), ip: '127.0.0.1', userAgent: 'bench' };
  return { ...context, project: { id, slug, name, state: 'active' } } as unknown as ProjectContext;
}

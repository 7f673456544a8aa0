import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { AtollError } from '#server/contract/errors.ts';
import { createInstanceSchema } from '#server/contract/instance.ts';
import { projectRolePermissions } from '#server/contract/permissions.ts';
import { releaseClaims } from '#server/db/claim-change-store.ts';
import { claimQuota } from '#server/db/claim-store.ts';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import { deleteInstance } from '#server/db/instance-change-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { claimPoolQuota, movePoolClaims, setPoolQuota } from '#server/db/pool-quota-store.ts';
import { getProject, setQuotaLimits } from '#server/db/project-store.ts';
import { silentBell } from '#server/operations/engine/bell.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { claimInPoolOf, makeHost, makeProject, makeUser } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createInstance } from '../instance/create-instance.ts';
import type { ProjectContext } from '../service-context.ts';

/*
 * Security.md 55, reliability.md F20: however many ask at once, what is admitted is what the limit has room for. Every admission
 * is the whole one: quota, placement, rows, operation, audit, in one transaction of the service on a real PostgreSQL.
 */

let database: TestDatabase;
let db: Db;
let userId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  // A thousand at once on twelve connections: each waits for its turn.
  db = createDb(database.url, { max: 12, waitMs: 240_000 });
  userId = (await makeUser(db)).id;
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

let project: { id: string; slug: string };
beforeEach(async () => {
  await db.$executeRaw`UPDATE host SET maintenance = true`;
  const host = await makeHost(db);
  const docker = { type: 'docker', state: 'up', version: null, capabilities: null, message: null } as const;
  await inTx(db, (tx) => setHostEngine(tx, { hostId: host.id }, docker));
  const plenty = { instances: 100_000, containers: 100_000, vcpus: 100_000, memoryMiB: 10_000_000, volumes: 100_000 };
  project = await makeProject(db, { ownerId: userId, quota: plenty });
});
afterEach(async () => expect(await findViolations(db)).toEqual([]));

const limit = (limits: object) => inTx(db, (tx) => setQuotaLimits(tx, { projectId: project.id }, limits), patient);
const patient = { waitMs: 240_000, timeoutMs: 240_000 };

function context(): ProjectContext {
  const { id, slug } = project;
  const membership = { projectId: id, slug, name: slug, state: 'active', role: 'owner', customRole: null } as const;
  const person = { userId, email: 'o@example.org', name: 'Owner', role: 'user', createdAt: new Date() } as const;
  return {
    app: { db, log: createLog({ process: 'web', level: 'silent' }), bell: silentBell },
    requestId: newId(),
    ip: '127.0.0.1',
    userAgent: 'test',
    actor: {
      ...person,
      memberships: [{ ...membership, permissions: projectRolePermissions.owner }],
      via: { type: 'session', sessionId: newId(), elevated: true },
    },
    project: { id, slug, name: slug, state: 'active' },
  } as unknown as ProjectContext;
}

/** Creates a container; answers its id, or null where the quota refused it. Anything else fails the test. */
async function create(fields: object = {}): Promise<string | null> {
  const name = `c-${newId().slice(-12)}`;
  const size = { vcpus: 1, memoryMiB: 16 };
  const input = createInstanceSchema.parse({ kind: 'container', name, image: 'nginx:1', ...size, ...fields });
  for (;;) {
    try {
      return (await createInstance(context(), input)).instance.id;
    } catch (error) {
      if (error instanceof AtollError && error.code === 'quota_exceeded') return null;
      // Busy: no connection was free within ten seconds, and nothing was begun. Whoever asks comes again.
      if (!(error instanceof AtollError && error.code === 'unavailable')) throw error;
    }
  }
}

/** What the end of a delete does, when nothing is left on the host. */
async function remove(id: string): Promise<void> {
  await inTx(
    db,
    async (tx) => {
      await releaseClaims(tx, { projectId: project.id, ownerId: id });
      await deleteInstance(tx, { projectId: project.id, id });
    },
    patient,
  );
}

const times = <T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => work(at)));
const used = async () => (await getProject(db, { id: project.id })).quota;

it('admits exactly 200 of 1,000 creates at once, with all that belongs to them', { timeout: 300_000 }, async () => {
  await limit({ instances: 200 });
  const admitted = (await times(1_000, () => create())).filter((id) => id !== null);
  expect(admitted).toHaveLength(200);
  const projectId = project.id;
  expect(await db.instance.count({ where: { projectId } })).toBe(200);
  expect(await db.operation.count({ where: { projectId, kind: 'instance.create', state: 'pending' } })).toBe(200);
  expect(await db.reservation.count({ where: { projectId, resource: 'instances', hostId: null, poolId: null } })).toBe(
    200,
  );
  expect(await used()).toMatchObject({ instances: { used: 200 }, containers: { used: 200 }, vcpus: { used: 200 } });
});

it('never goes over while others delete, and has the room again that they leave', { timeout: 300_000 }, async () => {
  await limit({ vcpus: 60 });
  const first = (await times(30, () => create({ vcpus: 2 }))).filter((id) => id !== null);
  expect(first).toHaveLength(30);
  let most = 0;
  const later = await times(200, async (at) => {
    const id = first[at];
    if (id) await remove(id);
    const made = await create({ vcpus: 1 + (at % 3) });
    most = Math.max(most, (await used()).vcpus.used);
    if (made !== null && at % 2 === 0) await remove(made);
    return made;
  });
  expect(later.some((id) => id !== null)).toBe(true);
  expect(most).toBeLessThanOrEqual(60);
  // What is free now can be had to the last one.
  const free = 60 - (await used()).vcpus.used;
  expect((await times(free + 5, () => create())).filter((id) => id !== null)).toHaveLength(free);
});

it('grows what is there (as a resize does) against creates, to the limit', { timeout: 300_000 }, async () => {
  await limit({ vcpus: 50 });
  const ids = (await times(10, () => create())).filter((id) => id !== null);
  const grow = (id: string): Promise<boolean> =>
    inTx(
      db,
      async (tx) => {
        await claimQuota(tx, { projectId: project.id, ownerId: id }, { vcpus: 1 });
        const { hostId } = await tx.instance.findUniqueOrThrow({ where: { id } });
        await claimInPoolOf(tx, { projectId: project.id, ownerId: id, hostId: hostId ?? '' }, { vcpus: 1 });
        await tx.instance.update({ where: { id }, data: { vcpus: { increment: 1 } } });
      },
      patient,
    ).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AtollError && error.code === 'quota_exceeded') return false;
        throw error;
      },
    );
  const outcomes = await times(200, async (at) => (at % 2 ? (await create()) !== null : grow(ids[at % 10] ?? '')));
  expect(outcomes.filter(Boolean)).toHaveLength(40);
  expect((await used()).vcpus).toEqual({ used: 50, limit: 50 });
});

it('admits nothing beyond a limit that is lowered meanwhile, and keeps what was there', {
  timeout: 300_000,
}, async () => {
  const creating = times(150, () => create());
  await limit({ instances: 40 });
  const atLowering = (await used()).instances.used;
  const admitted = (await creating).filter((id) => id !== null);
  expect(admitted.length).toBeLessThanOrEqual(Math.max(40, atLowering));
  expect((await used()).instances).toEqual({ used: admitted.length, limit: 40 });
  await limit({ instances: 5 });
  expect(await findViolations(db)).toEqual([]);
  for (const id of admitted.slice(5)) await remove(id);
  expect(await create()).toBeNull();
  await remove(admitted[0] ?? '');
  expect(await create()).not.toBeNull();
});

it('keeps the quota in a pool, also where a host moves to another one meanwhile', { timeout: 300_000 }, async () => {
  const [poolId, otherPool] = [newId(), newId()];
  for (const id of [poolId, otherPool]) await db.hostPool.create({ data: { id, name: `pool-${id.slice(-12)}` } });
  const hostId = (await makeHost(db)).id;
  await db.host.update({ where: { id: hostId }, data: { poolId } });
  await inTx(db, (tx) => setPoolQuota(tx, { projectId: project.id, poolId }, { vcpus: 20 }));
  const claim = () =>
    inTx(
      db,
      async (tx) => {
        const claimFor = { projectId: project.id, ownerId: newId() };
        await claimQuota(tx, claimFor, { vcpus: 1 });
        const short = await claimPoolQuota(tx, { ...claimFor, poolId }, { vcpus: 1 });
        if (short.length > 0) throw new AtollError('quota_exceeded');
        return claimFor.ownerId;
      },
      patient,
    ).catch((error: unknown) => {
      if (error instanceof AtollError && error.code === 'quota_exceeded') return null;
      throw error;
    });
  const owners = (await times(120, claim)).filter((id) => id !== null);
  expect(owners).toHaveLength(20);
  // As if they lay on the host: then it moves, and what they count goes with it.
  await db.reservation.createMany({
    data: owners.map((ownerId) => ({
      ...{ id: newId(), projectId: project.id, hostId, ownerId, resource: 'vcpus', amount: 1n, state: 'held' },
    })),
  });
  await db.hostInventory.updateMany({ where: { hostId, resource: 'vcpus' }, data: { used: 20 } });
  await inTx(db, (tx) => setPoolQuota(tx, { projectId: project.id, poolId: otherPool }, { vcpus: 5 }));
  expect(await inTx(db, (tx) => movePoolClaims(tx, { hostId, toPoolId: otherPool }))).toEqual([project.id]);
  const counters = await db.poolQuota.findMany({ where: { projectId: project.id, resource: 'vcpus' } });
  const usedIn = (id: string) => Number(counters.find((each) => each.poolId === id)?.used);
  expect([usedIn(poolId), usedIn(otherPool)]).toEqual([0, 20]);
  for (const ownerId of owners) await inTx(db, (tx) => releaseClaims(tx, { projectId: project.id, ownerId }));
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import { makeHost, makeInstance, makeProject, makeVolume } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { commitClaims, moveClaims, releaseClaims } from './claim-change-store.ts';
import { claimHost, claimQuota, listClaims, tryClaimHost } from './claim-store.ts';
import { createDb, type Db, inTx } from './client.ts';
import { getHost } from './host-store.ts';
import { deleteInstance } from './instance-change-store.ts';
import { findViolations } from './invariants.ts';
import { getProject } from './project-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 20, waitMs: 60_000 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** A thousand at once on one connection pool wait for their turn. */
const patient = { waitMs: 60_000, timeoutMs: 60_000 };

const ledger = async () => (await findViolations(db)).filter(({ message }) => !message.includes('not there'));
const codeOf = (error: unknown) => (error instanceof AtollError ? error.code : error);

it('lets exactly as many of 1,000 parallel claims through as the quota has room for', async () => {
  const project = await makeProject(db, { quota: { instances: 200, vcpus: 10_000 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1_000 }, () =>
      inTx(
        db,
        (tx) => claimQuota(tx, { projectId: project.id, ownerId: newId() }, { instances: 1, vcpus: 2 }),
        patient,
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(200);
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [codeOf(outcome.reason)] : []));
  expect(new Set(refused)).toEqual(new Set(['quota_exceeded']));
  const { quota } = await getProject(db, project);
  expect(quota).toMatchObject({ instances: { used: 200, limit: 200 }, vcpus: { used: 400 } });
  expect(await ledger()).toEqual([]);
});

it('lets exactly as many onto a host as it has room for, while others leave', async () => {
  const host = await makeHost(db, { capacity: { vcpus: 20, memoryMiB: 100_000 } });
  const projects = await Promise.all([1, 2].map(() => makeProject(db, { quota: { instances: 500, vcpus: 500 } })));
  const owners = Array.from({ length: 200 }, (_, at) => ({ projectId: projects[at % 2]?.id ?? '', ownerId: newId() }));
  let placed = 0;
  await Promise.all(
    owners.map(async (owner, at) => {
      await inTx(
        db,
        async (tx) => {
          await claimQuota(tx, owner, { instances: 1, vcpus: 1 });
          await claimHost(tx, { ...owner, hostId: host.id }, { vcpus: 1, memoryMiB: 64 });
        },
        patient,
      ).then(
        () => placed++,
        (error: unknown) => expect(codeOf(error)).toBe('no_valid_host'),
      );
      if (at % 3 === 0 && (await inTx(db, (tx) => releaseClaims(tx, owner), patient)) > 0) placed--;
    }),
  );
  const { capacity } = await getHost(db, host);
  expect(placed).toBeLessThanOrEqual(20);
  expect(capacity.vcpus).toMatchObject({ claimed: placed, allocatable: 20 });
  expect(capacity.memoryMiB.claimed).toBe(placed * 64);
  expect(await ledger()).toEqual([]);
});

it('says of each resource that does not suffice what is used, allowed and asked, and takes nothing', async () => {
  const project = await makeProject(db, { quota: { instances: 5, vcpus: 4, memoryMiB: 1_000, diskGiB: 10 } });
  const ownerId = newId();
  await inTx(db, (tx) => claimQuota(tx, { projectId: project.id, ownerId }, { vcpus: 3, diskGiB: 10 }));
  const wanted = { instances: 1, vcpus: 2, memoryMiB: 10, diskGiB: 1 };
  const refusal = await inTx(db, (tx) => claimQuota(tx, { projectId: project.id, ownerId: newId() }, wanted)).catch(
    (error: unknown) => error as AtollError,
  );
  expect(refusal).toMatchObject({
    code: 'quota_exceeded',
    options: {
      params: { resource: 'vcpus', used: 3, limit: 4, asked: 2 },
      extra: {
        shortages: [
          { resource: 'vcpus', used: 3, limit: 4, asked: 2 },
          { resource: 'diskGiB', used: 10, limit: 10, asked: 1 },
        ],
      },
    },
  });
  expect((await getProject(db, project)).quota.instances.used).toBe(0);
});

it('tries the next host in the same transaction', async () => {
  const project = await makeProject(db);
  const [full, free] = [await makeHost(db, { capacity: { vcpus: 1 } }), await makeHost(db, { capacity: { vcpus: 2 } })];
  const claimFor = { projectId: project.id, ownerId: newId() };
  const tried = await inTx(db, async (tx) => {
    await claimQuota(tx, claimFor, { vcpus: 2 });
    const first = await tryClaimHost(tx, { ...claimFor, hostId: full.id }, { vcpus: 2, memoryMiB: 1 });
    return [first, await tryClaimHost(tx, { ...claimFor, hostId: free.id }, { vcpus: 2, memoryMiB: 1 })];
  });
  expect(tried).toEqual([[{ resource: 'vcpus', used: 0, limit: 1, asked: 2 }], []]);
  expect((await getHost(db, full)).capacity.memoryMiB.claimed).toBe(0);
  expect((await getHost(db, free)).capacity.vcpus.claimed).toBe(2);
});

it('counts ratio and reserve of a host', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db, { capacity: { vcpus: 4 } });
  await db.hostInventory.updateMany({
    where: { hostId: host.id, resource: 'vcpus' },
    data: { ratio: 2.5, reserved: 2 },
  });
  const claimFor = { projectId: project.id, ownerId: newId(), hostId: host.id };
  await inTx(db, (tx) => claimHost(tx, claimFor, { vcpus: 8 }));
  expect(await inTx(db, (tx) => tryClaimHost(tx, claimFor, { vcpus: 1 }))).toEqual([
    { resource: 'vcpus', used: 8, limit: 8, asked: 1 },
  ]);
});

it('gives back once, however often it is asked', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  const { id } = await makeInstance(db, { projectId: project.id, hostId: host.id, vcpus: 3 });
  const ref = { projectId: project.id, ownerId: id };
  const released = await Promise.all([1, 2, 3, 4].map(() => inTx(db, (tx) => releaseClaims(tx, ref))));
  expect(released.toSorted()).toEqual([0, 0, 0, 8]);
  await inTx(db, (tx) => deleteInstance(tx, { projectId: project.id, id }));
  expect((await getProject(db, project)).quota.vcpus.used).toBe(0);
  expect((await getHost(db, host)).capacity.vcpus.claimed).toBe(0);
  expect(await ledger()).toEqual([]);
});

it('keeps a disk counted when its instance goes, and moves and commits claims', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  const { id: instanceId } = await makeInstance(db, { projectId: project.id, hostId: host.id });
  const disk = await makeVolume(db, { projectId: project.id, hostId: host.id, instanceId, sizeGiB: 7 });
  await inTx(db, (tx) => releaseClaims(tx, { projectId: project.id, ownerId: instanceId }));
  expect((await getProject(db, project)).quota).toMatchObject({ instances: { used: 0 }, diskGiB: { used: 7 } });

  const heir = newId();
  const ref = { projectId: project.id, ownerId: disk.id, resources: ['diskGiB'] as const };
  expect(await inTx(db, (tx) => moveClaims(tx, { ...ref, toOwnerId: heir }))).toBe(3);
  expect(await listClaims(db, ref)).toMatchObject([{ resource: 'volumes', amount: 1 }]);
  expect(await listClaims(db, { projectId: project.id, ownerId: heir })).toMatchObject([
    { hostId: null, poolId: null, resource: 'diskGiB', amount: 7, state: 'committed' },
    { hostId: null, poolId: expect.any(String), resource: 'diskGiB', amount: 7, state: 'committed' },
    { hostId: host.id, resource: 'diskGiB', amount: 7, state: 'committed' },
  ]);
  const held = { projectId: project.id, ownerId: newId() };
  await inTx(db, (tx) => claimQuota(tx, held, { vcpus: 1 }));
  expect(await inTx(db, (tx) => commitClaims(tx, held))).toBe(1);
  expect(await inTx(db, (tx) => commitClaims(tx, held))).toBe(0);
});

it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses a claim of %d', async (vcpus) => {
  const project = await makeProject(db);
  await expect(
    inTx(db, (tx) => claimQuota(tx, { projectId: project.id, ownerId: newId() }, { vcpus })),
  ).rejects.toThrow(RangeError);
});

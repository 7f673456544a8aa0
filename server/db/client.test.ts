import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProject } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createDb, type Db, inTx } from './client.ts';
import { getProject } from './project-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const lock = (id: string) => `SELECT 1 FROM project WHERE id = '${id}' FOR UPDATE`;

it('runs a transaction again that PostgreSQL ended to break a deadlock', async () => {
  const [one, other] = [await makeProject(db), await makeProject(db)];
  let tries = 0;
  let meet = (): void => undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  const crosswise = (first: string, second: string) =>
    inTx(db, async (tx) => {
      tries++;
      await tx.$queryRawUnsafe(lock(first));
      if (tries >= 2) meet();
      await met;
      await tx.$queryRawUnsafe(lock(second));
      return first;
    });
  const both = Promise.all([crosswise(one.id, other.id), crosswise(other.id, one.id)]);
  expect(await both).toEqual([one.id, other.id]);
  expect(tries).toBeGreaterThan(2);
});

it('does not run a transaction again that failed for another reason, and keeps nothing of it', async () => {
  let tries = 0;
  const failing = inTx(db, async (tx) => {
    tries++;
    await tx.project.deleteMany();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(tries).toBe(1);
  expect(await db.project.count()).toBeGreaterThan(0);
});

it('says unavailable when PostgreSQL cannot be reached', async () => {
  const nowhere = createDb('postgresql://atoll:x@127.0.0.1:1/atoll', { max: 1 });
  await expect(inTx(nowhere, (tx) => tx.$queryRaw`SELECT 1`)).rejects.toMatchObject({ code: 'unavailable' });
  await nowhere.$disconnect();
});

it('says unavailable when the pool stays full', async () => {
  const small = createDb(database.url, { max: 1 });
  const inside = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = inTx(small, () => {
    inside.resolve();
    return held.promise;
  });
  await inside.promise;
  await expect(inTx(small, (tx) => tx.$queryRaw`SELECT 1`, { waitMs: 50 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  held.resolve();
  await holding;
  await small.$disconnect();
});

it('says unavailable when the connection is cut in the middle, and works again at once', async () => {
  const cut = inTx(db, async (tx) => {
    const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    const admin = new Client({ connectionString: database.url });
    await admin.connect();
    await admin.query('SELECT pg_terminate_backend($1)', [row?.pid]);
    await admin.end();
    await tx.$queryRaw`SELECT 1`;
  });
  await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
  expect(await inTx(db, (tx) => tx.$queryRaw`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
});

it('says unavailable when a transaction takes longer than it may', async () => {
  const slow = inTx(db, (tx) => tx.$queryRaw`SELECT pg_sleep(1)::text`, { timeoutMs: 100 });
  await expect(slow).rejects.toMatchObject({ code: 'unavailable' });
});

it('reads large counters and times exactly', async () => {
  const { id } = await makeProject(db, { quota: { memoryMiB: 2 ** 52 + 1 } });
  const project = await getProject(db, { id });
  expect(project.quota.memoryMiB.limit).toBe(2 ** 52 + 1);
  expect(project.createdAt).toBeInstanceOf(Date);
});

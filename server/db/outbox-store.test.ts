import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '#server/platform/id.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { appendChange } from './change.ts';
import { createDb, type Db, inTx } from './client.ts';
import { outboxChannel, outboxHead, publishOutbox, readOutbox, trimOutbox } from './outbox-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 20 });
});
beforeEach(async () => {
  while ((await publishOutbox(db)).count > 0);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const append = (entityId: string, beforeCommit?: () => Promise<void>) =>
  inTx(db, async (tx) => {
    await appendChange(tx, { topic: 'instance', entityId, projectId: null, version: 1 });
    await beforeCommit?.();
  });

it('gives each committed change a place after all that was read before, whoever began first', async () => {
  let commitFirst = (): void => undefined;
  const began = append('late', () => new Promise((resolve) => (commitFirst = resolve)));
  await expect
    .poll(() => db.$queryRaw`SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'`)
    .not.toEqual([]);
  await append('early');
  const from = await outboxHead(db);
  expect(await publishOutbox(db)).toEqual({ count: 1, lastSeq: from + 1 });
  commitFirst();
  await began;
  expect(await publishOutbox(db)).toEqual({ count: 1, lastSeq: from + 2 });
  expect(await readOutbox(db, from)).toMatchObject({
    gone: false,
    changes: [
      { seq: from + 1, entityId: 'early' },
      { seq: from + 2, entityId: 'late' },
    ],
  });
});

it('loses nothing and doubles nothing to a reader that follows many writers and publishers', async () => {
  const from = await outboxHead(db);
  const expected = new Set<string>();
  let writing = true;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let at = 0; at < 40; at++) {
      const id = `${writer}/${at}`;
      expected.add(id);
      await append(id);
    }
  });
  const publishers = [1, 2].map(async () => {
    while (writing) await publishOutbox(db);
  });
  const seen: string[] = [];
  let at = from;
  const readAll = async () => {
    const answer = await readOutbox(db, at, 7);
    if (answer.gone) throw new Error('nothing was trimmed');
    for (const change of answer.changes) {
      expect(change.seq).toBe(at + 1);
      at = change.seq;
      seen.push(change.entityId);
    }
    return answer.changes.length;
  };
  const reader = (async () => {
    while (writing) await readAll();
  })();
  await Promise.all(writers);
  writing = false;
  await Promise.all([...publishers, reader]);
  await publishOutbox(db);
  while ((await readAll()) > 0);
  expect(seen).toHaveLength(320);
  expect(new Set(seen)).toEqual(expected);
  // What one writer did in order is told in that order.
  const ofOne = seen.filter((id) => id.startsWith('3/'));
  expect(ofOne).toEqual(ofOne.toSorted((a, b) => Number(a.slice(2)) - Number(b.slice(2))));
});

it('rings once per run, after the commit, with the last seq', async () => {
  const listener = new Client({ connectionString: database.url });
  await listener.connect();
  const rings: string[] = [];
  listener.on('notification', ({ payload }) => rings.push(payload ?? ''));
  await listener.query(`LISTEN ${outboxChannel}`);
  for (const id of ['a', 'b', 'c']) await append(id);
  const { lastSeq } = await publishOutbox(db);
  await publishOutbox(db);
  await listener.query('SELECT 1');
  expect(rings).toEqual([String(lastSeq)]);
  await listener.end();
});

it('tells a reader whose place was trimmed, or that comes from another database, to read again', async () => {
  const from = await outboxHead(db);
  for (const id of ['old', 'older']) await append(id);
  await publishOutbox(db);
  await db.$executeRaw`UPDATE outbox SET at = now() - interval '2 hours' WHERE seq > ${from}`;
  await append('young');
  await publishOutbox(db);
  expect(await trimOutbox(db, 3_600)).toBeGreaterThanOrEqual(2);
  expect(await trimOutbox(db, 3_600)).toBe(0);
  expect(await readOutbox(db, from + 1)).toEqual({ gone: true, headSeq: from + 3 });
  expect(await readOutbox(db, from + 4)).toEqual({ gone: true, headSeq: from + 3 });
  expect(await readOutbox(db, from + 2)).toMatchObject({ gone: false, changes: [{ entityId: 'young' }] });
  expect(await readOutbox(db, from + 3)).toEqual({ gone: false, changes: [] });
});

it('leaves nothing of a transaction that was given up', async () => {
  const id = newId();
  await expect(append(id, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await publishOutbox(db)).toEqual({ count: 0, lastSeq: null });
});

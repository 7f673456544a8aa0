import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#server/platform/hash.ts';
import { newId } from '#server/platform/id.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createDb, type Db, inTx } from './client.ts';
import {
  abandonIdempotent,
  beginIdempotent,
  deleteOldIdempotencyKeys,
  finishIdempotent,
  renewIdempotent,
} from './idempotency-store.ts';
import { resetBucket, takeFromBucket } from './rate-bucket-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 8 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

describe('idempotency keys', () => {
  const hash = sha256('{"name":"web-1"}');
  const response = { status: 202, headers: { location: '/operations/1' }, body: { id: '1', list: [1, null] } };
  const newRef = () => ({ scope: `token:${newId()}`, key: 'k1', holder: newId() });

  it('let one of many through, and answer the same to the others afterwards', async () => {
    const ref = newRef();
    const refs = Array.from({ length: 100 }, () => ({ ...ref, holder: newId() }));
    const outcomes = await Promise.allSettled(refs.map((each) => beginIdempotent(db, each, hash)));
    const through = refs.filter((_, at) => {
      const outcome = outcomes[at];
      return outcome?.status === 'fulfilled' && outcome.value === null;
    });
    expect(through).toHaveLength(1);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(99);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'idempotency_in_flight' });
    await inTx(db, (tx) => finishIdempotent(tx, through[0] ?? ref, response));
    expect(await beginIdempotent(db, ref, hash)).toEqual(response);
  });

  it('refuse another request with the same key, during and after', async () => {
    const ref = newRef();
    await beginIdempotent(db, ref, hash);
    const other = sha256('{"name":"web-2"}');
    await expect(beginIdempotent(db, ref, other)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    await finishIdempotent(db, ref, response);
    await expect(beginIdempotent(db, ref, other)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(await beginIdempotent(db, { ...ref, scope: `token:${newId()}` }, other)).toBeNull();
  });

  it('are free again when the request was given up, or its process died, or after a day', async () => {
    const ref = newRef();
    await beginIdempotent(db, ref, hash);
    await abandonIdempotent(db, ref);
    expect(await beginIdempotent(db, ref, hash)).toBeNull();
    await expect(beginIdempotent(db, ref, hash)).rejects.toMatchObject({
      code: 'idempotency_in_flight',
      options: { retryAfterSeconds: expect.any(Number) },
    });
    await db.$executeRaw`UPDATE idempotency_key SET locked_until = now() - interval '1 second' WHERE scope = ${ref.scope}`;
    expect(await beginIdempotent(db, ref, hash)).toBeNull();
    await finishIdempotent(db, ref, response);
    await abandonIdempotent(db, ref);
    expect(await beginIdempotent(db, ref, hash)).toEqual(response);
    await db.$executeRaw`UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE scope = ${ref.scope}`;
    expect(await beginIdempotent(db, ref, sha256('other'))).toBeNull();
    await db.$executeRaw`UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE scope = ${ref.scope}`;
    expect(await deleteOldIdempotencyKeys(db)).toBe(1);
  });

  it('are free within ten seconds when their process was killed, and held for as long as it says that it lives', async () => {
    const ref = newRef();
    await beginIdempotent(db, ref, hash);
    const lockSecondsOf = async () => {
      const [row] = await db.$queryRaw<{ seconds: number }[]>`
        SELECT extract(epoch FROM locked_until - clock_timestamp())::float8 AS seconds
        FROM idempotency_key WHERE scope = ${ref.scope}`;
      return row?.seconds ?? Number.NaN;
    };
    expect(await lockSecondsOf()).toBeLessThanOrEqual(10);
    await db.$executeRaw`UPDATE idempotency_key SET locked_until = now() + interval '1 second' WHERE scope = ${ref.scope}`;
    expect(await renewIdempotent(db, ref)).toBe(true);
    expect(await lockSecondsOf()).toBeGreaterThan(1);
    await expect(beginIdempotent(db, { ...ref, holder: newId() }, hash)).rejects.toMatchObject({
      options: { retryAfterSeconds: expect.any(Number) },
    });
  });

  it('let nobody keep an answer whose key another has taken over', async () => {
    const asleep = newRef();
    await beginIdempotent(db, asleep, hash);
    await db.$executeRaw`UPDATE idempotency_key SET locked_until = now() - interval '1 second' WHERE scope = ${asleep.scope}`;
    const second = { ...asleep, holder: newId() };
    expect(await beginIdempotent(db, second, hash)).toBeNull();
    expect(await renewIdempotent(db, asleep)).toBe(false);
    await expect(finishIdempotent(db, asleep, { ...response, status: 500 })).rejects.toMatchObject({
      code: 'idempotency_in_flight',
    });
    await abandonIdempotent(db, asleep);
    await finishIdempotent(db, second, response);
    await expect(finishIdempotent(db, asleep, { ...response, status: 500 })).rejects.toThrow();
    expect(await beginIdempotent(db, asleep, hash)).toEqual(response);
  });

  it('keep no response of a transaction that was given up', async () => {
    const ref = newRef();
    await beginIdempotent(db, ref, hash);
    const failing = inTx(db, async (tx) => {
      await finishIdempotent(tx, ref, response);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(beginIdempotent(db, ref, hash)).rejects.toMatchObject({ code: 'idempotency_in_flight' });
  });
});

describe('rate buckets', () => {
  const slow = { capacity: 5, refillPerSecond: 0.001 };

  it('let as many through at once as they hold, over all connections', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => takeFromBucket(db, 'burst', slow)));
    expect(answers.filter((answer) => answer.allowed)).toHaveLength(5);
    expect(answers.every((answer) => answer.allowed === (answer.retryAfterSeconds === 0))).toBe(true);
    const refused = await takeFromBucket(db, 'burst', slow);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.retryAfterSeconds).toBeGreaterThan(900);
    expect((await takeFromBucket(db, 'other', slow)).remaining).toBe(4);
    await resetBucket(db, 'burst');
    expect((await takeFromBucket(db, 'burst', slow)).allowed).toBe(true);
  });

  it('fill again with time, by the clock of the database, and never above what they hold', async () => {
    for (let at = 0; at < 5; at++) await takeFromBucket(db, 'fills', slow);
    expect((await takeFromBucket(db, 'fills', slow)).allowed).toBe(false);
    await db.$executeRaw`UPDATE rate_bucket SET updated_at = updated_at - interval '2001 seconds' WHERE key = 'fills'`;
    expect(await takeFromBucket(db, 'fills', slow)).toMatchObject({ allowed: true, remaining: 1 });
    await db.$executeRaw`UPDATE rate_bucket SET updated_at = updated_at - interval '1 day' WHERE key = 'fills'`;
    expect(await takeFromBucket(db, 'fills', slow, 3)).toMatchObject({ allowed: true, remaining: 2 });
    await db.$executeRaw`UPDATE rate_bucket SET updated_at = updated_at + interval '1 day' WHERE key = 'fills'`;
    expect((await takeFromBucket(db, 'fills', slow)).remaining).toBe(1);
  });
});

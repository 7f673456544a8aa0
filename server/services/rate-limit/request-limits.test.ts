import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDb, type Db } from '#server/db/client.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { RequestLimits } from './request-limits.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
});

/** Refills by one in a million seconds: what a slow machine takes does not matter. */
const limit = { name: 'test', capacity: 100, refillPerSecond: 1e-6 };

/** How many of many requests a process lets through. */
const through = (limits: RequestLimits, key: string, requests = 1_000): number =>
  Array.from({ length: requests }, () => limits.take(limit, key)).filter((answer) => answer.allowed).length;

describe('request limits', () => {
  it('let as many through as the bucket holds, and say how long to wait', () => {
    let now = 0;
    const limits = new RequestLimits(() => now);
    const slow = { name: 'slow', capacity: 2, refillPerSecond: 0.5 };
    expect([limits.take(slow, 'a'), limits.take(slow, 'a')].map((answer) => answer.remaining)).toEqual([1, 0]);
    expect(limits.take(slow, 'a')).toEqual({ allowed: false, remaining: 0, retryAfterSeconds: 2 });
    expect(limits.take(slow, 'b').allowed).toBe(true);
    now = 2_000;
    expect(limits.take(slow, 'a').allowed).toBe(true);
    expect(limits.take(slow, 'a').allowed).toBe(false);
  });

  it('are those of all processes together, once they are settled', async () => {
    const [one, other, third] = [new RequestLimits(), new RequestLimits(), new RequestLimits()];
    expect(through(one, 'k', 60)).toBe(60);
    await one.settle(db);
    expect(through(other, 'k', 10)).toBe(10);
    await other.settle(db);
    // 30 are left for everybody; each may give them out until it hears of the other.
    expect([through(one, 'k'), through(other, 'k')]).toEqual([40, 30]);
    await Promise.all([one.settle(db), other.settle(db)]);
    await Promise.all([one.settle(db), other.settle(db)]);
    expect([through(one, 'k'), through(other, 'k')]).toEqual([0, 0]);
    // One that is new to the game learns with its first round, and the debt is paid before anything flows again.
    expect(through(third, 'k', 5)).toBe(5);
    await third.settle(db);
    const refused = third.take(limit, 'k');
    expect(refused.allowed).toBe(false);
    expect(refused.retryAfterSeconds).toBeGreaterThan(40e6);
  });

  it('cost no statement while nobody floods', async () => {
    const limits = new RequestLimits();
    const wide = { ...limit, name: 'wide', capacity: 1_000 };
    for (let at = 0; at < 9; at++) limits.take(wide, 'quiet');
    await limits.settle(db);
    expect(await db.rateBucket.count({ where: { key: { contains: 'wide' } } })).toBe(0);
    limits.take(wide, 'quiet');
    await limits.settle(db);
    expect(await db.rateBucket.findMany({ where: { key: { contains: 'wide' } } })).toMatchObject([
      { key: 'request:wide:quiet', tokens: 990 },
    ]);
  });

  it('are kept while the database is away, and told when it is back', async () => {
    const limits = new RequestLimits();
    const gone = createDb('postgresql://nobody@127.0.0.1:1/none', { max: 1, waitMs: 1_000 });
    expect(through(limits, 'away', 70)).toBe(70);
    await expect(limits.settle(gone)).rejects.toMatchObject({ code: 'unavailable' });
    await gone.$disconnect();
    await limits.settle(db);
    const other = new RequestLimits();
    expect(through(other, 'away', 10)).toBe(10);
    await other.settle(db);
    expect(through(other, 'away')).toBe(20);
  });
});

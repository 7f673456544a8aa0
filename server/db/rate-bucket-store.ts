import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** A token bucket: how many requests at once, and how fast they come back. */
export interface BucketPolicy {
  capacity: number;
  refillPerSecond: number;
}

export interface BucketAnswer {
  allowed: boolean;
  /** Whole requests left. */
  remaining: number;
  /** Seconds until this request would be allowed; 0 when it was. */
  retryAfterSeconds: number;
}

/**
 * Takes from a bucket in one statement, by the clock of the database: all web processes share it. A refused request
 * takes nothing. `key` names what is limited, such as `sign-in:ip:192.0.2.1`.
 */
export async function takeFromBucket(db: DbOrTx, key: string, policy: BucketPolicy, cost = 1): Promise<BucketAnswer> {
  const { capacity, refillPerSecond } = policy;
  const filled = Prisma.sql`least(${capacity}::float8, b.tokens
    + greatest(extract(epoch FROM clock_timestamp() - b.updated_at)::float8, 0) * ${refillPerSecond}::float8)`;
  const [row] = await db.$queryRaw<{ tokens: number; allowed: boolean }[]>(Prisma.sql`
    INSERT INTO rate_bucket AS b (key, tokens, updated_at, allowed)
    VALUES (${key}, ${capacity}::float8 - ${cost}::float8, clock_timestamp(), true)
    ON CONFLICT (key) DO UPDATE SET
      allowed = ${filled} >= ${cost}::float8,
      tokens = ${filled} - CASE WHEN ${filled} >= ${cost}::float8 THEN ${cost}::float8 ELSE 0 END,
      updated_at = clock_timestamp()
    RETURNING tokens, allowed`);
  if (!row) throw new Error('INSERT … ON CONFLICT … RETURNING answered no row.');
  return {
    allowed: row.allowed,
    remaining: Math.max(0, Math.floor(row.tokens)),
    retryAfterSeconds: row.allowed ? 0 : Math.ceil((cost - row.tokens) / refillPerSecond),
  };
}

/**
 * Takes from several buckets what their processes have given out already; answers what is left of each, below zero as far as one
 * capacity when more was given out than there was.
 */
export async function shareBuckets(
  db: DbOrTx,
  takes: readonly { key: string; cost: number }[],
  { capacity, refillPerSecond }: BucketPolicy,
): Promise<ReadonlyMap<string, number>> {
  // In the order of their keys: two processes that settle the same ones wait for each other and never in a ring.
  const rows = await db.$queryRaw<{ key: string; tokens: number }[]>(Prisma.sql`
    INSERT INTO rate_bucket AS b (key, tokens, updated_at, allowed)
    SELECT key, ${capacity}::float8 - cost, clock_timestamp(), true
    FROM unnest(${takes.map((take) => take.key)}::text[], ${takes.map((take) => take.cost)}::float8[]) AS t (key, cost)
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET updated_at = clock_timestamp(),
      tokens = greatest(-${capacity}::float8, least(${capacity}::float8, b.tokens
        + greatest(extract(epoch FROM clock_timestamp() - b.updated_at)::float8, 0) * ${refillPerSecond}::float8)
        - (${capacity}::float8 - excluded.tokens))
    RETURNING key, tokens`);
  return new Map(rows.map((row) => [row.key, row.tokens]));
}

/** Fills a bucket again, as after a sign-in that succeeded. */
export async function resetBucket(db: DbOrTx, key: string): Promise<void> {
  await db.rateBucket.deleteMany({ where: { key } });
}

/** Forgets buckets that nobody has asked for a day. */
export async function deleteIdleBuckets(db: DbOrTx): Promise<number> {
  return db.$executeRaw(Prisma.sql`DELETE FROM rate_bucket WHERE updated_at < now() - interval '1 day'`);
}

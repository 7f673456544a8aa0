import type { Db } from '#server/db/client.ts';
import { type BucketPolicy, shareBuckets } from '#server/db/rate-bucket-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';

/*
 * Limits of requests, over all web processes. Each keeps its buckets in memory, so that a request costs no statement and a client
 * that floods is held back before it costs a query; in the background the busy ones are settled with the table, which every
 * process takes from: it answers what all of them together have left. Between two rounds a client may get as much from each
 * process as from one; the table remembers that as a debt. Sign-in, where each guess counts, asks the table itself (services/auth).
 */

export interface RequestLimit extends BucketPolicy {
  name: string;
}

export interface RequestAnswer {
  allowed: boolean;
  /** Whole requests left, here. */
  remaining: number;
  /** Seconds until a refused request would be allowed; 0 when it was. */
  retryAfterSeconds: number;
}

interface Bucket {
  limit: RequestLimit;
  key: string;
  tokens: number;
  /** Monotonic milliseconds of the last refill. */
  at: number;
  /** Taken here, and not yet told to the table. */
  untold: number;
}

/** Of a bucket's capacity: whoever takes less between two rounds is no flood, and an idle Atoll makes no statements. */
const busyShare = 0.01;
/** Above this many, buckets that are full again are forgotten: they say nothing. */
const maxBuckets = 50_000;

export class RequestLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number = monotonicMs) {
    this.#now = now;
  }

  /** Takes one request from the bucket of a limit. A refused request takes nothing. */
  take(limit: RequestLimit, key: string): RequestAnswer {
    const bucket = this.#refilled(limit, key);
    const allowed = bucket.tokens >= 1;
    if (allowed) {
      bucket.tokens -= 1;
      bucket.untold += 1;
    }
    const retryAfterSeconds = allowed ? 0 : Math.ceil((1 - bucket.tokens) / limit.refillPerSecond);
    return { allowed, remaining: Math.max(0, Math.floor(bucket.tokens)), retryAfterSeconds };
  }

  /** Settles the busy buckets with the table: one statement for each limit that has some. */
  async settle(db: Db): Promise<void> {
    const busy = [...this.#buckets.values()].filter(({ untold, limit }) => untold >= limit.capacity * busyShare);
    for (const [limit, buckets] of Map.groupBy(busy, (bucket) => bucket.limit)) {
      const told = buckets.map((bucket) => ({ bucket, cost: bucket.untold }));
      const takes = told.map(({ bucket, cost }) => ({ key: tableKey(bucket), cost }));
      const left = await shareBuckets(db, takes, limit);
      for (const { bucket, cost } of told) {
        bucket.untold -= cost;
        // What was taken while the table answered is not in its answer.
        bucket.tokens = (left.get(tableKey(bucket)) ?? bucket.tokens + bucket.untold) - bucket.untold;
        bucket.at = this.#now();
      }
    }
  }

  #refilled(limit: RequestLimit, key: string): Bucket {
    const name = `${limit.name}:${key}`;
    const now = this.#now();
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      if (this.#buckets.size >= maxBuckets) this.#forgetFull(now);
      bucket = { limit, key, tokens: limit.capacity, at: now, untold: 0 };
      this.#buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(limit.capacity, bucket.tokens + ((now - bucket.at) / 1000) * limit.refillPerSecond);
    bucket.at = now;
    return bucket;
  }

  #forgetFull(now: number): void {
    for (const [name, { limit, tokens, at }] of this.#buckets) {
      if (tokens + ((now - at) / 1000) * limit.refillPerSecond >= limit.capacity) this.#buckets.delete(name);
    }
  }
}

const tableKey = ({ limit, key }: Bucket): string => `request:${limit.name}:${key}`;

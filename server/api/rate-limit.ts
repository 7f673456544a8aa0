import { AtollError } from '#server/contract/errors.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import { type Actor, credentialKey } from '#server/services/access/actor.ts';

/*
 * Token buckets of one web process, in memory: they hold back a client that floods, before it costs a query. Sign-in, where
 * a wrong guess must be counted by all processes together, has its buckets in the database (services/auth).
 */

interface Limit {
  name: string;
  /** Requests that may come at once. */
  burst: number;
  /** Seconds in which an empty bucket is full again. */
  windowSeconds: number;
}

/** A page of the browser makes about ten requests; 50 a second for a minute is a busy script, more is a loop. */
const credentialLimit: Limit = { name: 'credential', burst: 3_000, windowSeconds: 60 };
/** Nobody needs more before they have signed in. */
const addressLimit: Limit = { name: 'address', burst: 300, windowSeconds: 60 };
/** All members and tokens of a project together. */
const projectLimit: Limit = { name: 'project', burst: 12_000, windowSeconds: 60 };

interface Bucket {
  tokens: number;
  at: number;
}

const buckets = new Map<string, Bucket>();
/** Above this many, full buckets are forgotten: they say nothing. */
const maxBuckets = 50_000;

/** Takes a token for the credential, or for the address of who has none. Throws `rate_limited`. */
export function takeFromCredential(actor: Actor | null, ip: string, headers: Headers): void {
  if (actor) take(credentialLimit, credentialKey(actor), headers);
  else take(addressLimit, ip, headers);
}

/** Takes a token for the project. Throws `rate_limited`. */
export function takeFromProject(projectId: string, headers: Headers): void {
  take(projectLimit, projectId, headers);
}

function take(limit: Limit, key: string, headers: Headers): void {
  const name = `${limit.name}:${key}`;
  const perMs = limit.burst / (limit.windowSeconds * 1000);
  const now = monotonicMs();
  const bucket = buckets.get(name) ?? { tokens: limit.burst, at: now };
  bucket.tokens = Math.min(limit.burst, bucket.tokens + (now - bucket.at) * perMs);
  bucket.at = now;
  buckets.set(name, bucket);
  if (buckets.size > maxBuckets) forgetFull(now);

  const enough = bucket.tokens >= 1;
  if (enough) bucket.tokens -= 1;
  const retryAfterSeconds = Math.ceil((1 - bucket.tokens) / perMs / 1000);
  tell(limit, Math.floor(bucket.tokens), headers);
  if (!enough) throw new AtollError('rate_limited', undefined, { retryAfterSeconds });
}

/** IETF draft-ietf-httpapi-ratelimit-headers-09: the policy, and what is left of it. */
function tell(limit: Limit, remaining: number, headers: Headers): void {
  headers.append('ratelimit-policy', `"${limit.name}";q=${limit.burst};w=${limit.windowSeconds}`);
  headers.append('ratelimit', `"${limit.name}";r=${remaining}`);
}

function forgetFull(now: number): void {
  const longestMs = credentialLimit.windowSeconds * 1000;
  for (const [name, bucket] of buckets) if (now - bucket.at > longestMs) buckets.delete(name);
}

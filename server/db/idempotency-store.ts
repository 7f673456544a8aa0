import { AtollError } from '#server/contract/errors.ts';
import { constantTimeEqual } from '#server/platform/hash.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/**
 * `scope` says whose key it is: the token or user, and the project. `holder` is drawn by each request anew: of two that
 * believe to run the same one, because the first was asleep for longer than its lock, only the last can keep an answer.
 */
export interface IdempotencyRef {
  scope: string;
  key: string;
  holder: string;
}

export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/**
 * Seconds that a request is believed alive without a word of it: after this another with the same key takes over. A client
 * whose server was killed waits no longer than this; safety does not hang on it, {@link finishIdempotent} looks at the holder.
 */
const lockSeconds = 8;
/** How often a request that runs says so: twice may be lost. */
export const renewMs = 2_500;

interface KeyRow {
  requestHash: Uint8Array;
  status: number | null;
  headers: Record<string, string> | null;
  body: unknown;
  retryAfter: number;
}

const lockEnd = Prisma.sql`clock_timestamp() + make_interval(secs => ${lockSeconds}::float8)`;

/**
 * Begins a request with an Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header). Answers the stored response to
 * replay, or null: then this caller alone goes on, says every {@link renewMs} that it lives with {@link renewIdempotent}, and
 * ends with {@link finishIdempotent} in the transaction that admits, or {@link abandonIdempotent} when nothing was done. A key
 * is kept for 24 hours. Throws idempotency_in_flight (with retryAfterSeconds) and idempotency_mismatch.
 */
export async function beginIdempotent(
  db: DbOrTx,
  ref: IdempotencyRef,
  requestHash: Uint8Array,
): Promise<StoredResponse | null> {
  const began = await db.$executeRaw(Prisma.sql`
    INSERT INTO idempotency_key AS k (scope, key, holder, request_hash, locked_until)
    VALUES (${ref.scope}, ${ref.key}, ${ref.holder}::uuid, ${requestHash}, ${lockEnd})
    ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash, locked_until = excluded.locked_until,
      holder = excluded.holder, status = NULL, headers = NULL, body = NULL, created_at = now()
    WHERE k.created_at < now() - interval '24 hours'
      OR (k.status IS NULL AND k.locked_until < now() AND k.request_hash = excluded.request_hash)`);
  if (began > 0) return null;
  const [row] = await db.$queryRaw<KeyRow[]>(Prisma.sql`
    SELECT request_hash AS "requestHash", status, headers, body,
      greatest(ceil(extract(epoch FROM locked_until - now())), 1)::int AS "retryAfter"
    FROM idempotency_key WHERE scope = ${ref.scope} AND key = ${ref.key}`);
  // The holder has given it up in this moment.
  if (!row) throw inFlight(1);
  if (!constantTimeEqual(row.requestHash, requestHash)) throw new AtollError('idempotency_mismatch');
  if (row.status === null) throw inFlight(row.retryAfter);
  return { status: row.status, headers: row.headers ?? {}, body: row.body };
}

const inFlight = (retryAfterSeconds: number): AtollError =>
  new AtollError('idempotency_in_flight', undefined, { retryAfterSeconds });

/** Of the holder alone, and only while there is no answer. */
const held = (ref: IdempotencyRef): Prisma.Sql =>
  Prisma.sql`scope = ${ref.scope} AND key = ${ref.key} AND holder = ${ref.holder}::uuid AND status IS NULL`;

/** Says that a request still runs. Answers whether it is still its own. */
export async function renewIdempotent(db: DbOrTx, ref: IdempotencyRef): Promise<boolean> {
  const renewed = await db.$executeRaw(
    Prisma.sql`UPDATE idempotency_key SET locked_until = ${lockEnd} WHERE ${held(ref)}`,
  );
  return renewed > 0;
}

/**
 * Stores the response for replay, in the transaction that does what was asked: both are there, or neither. Throws
 * idempotency_in_flight when another request has taken over in the meantime: then nothing of this one may stay.
 */
export async function finishIdempotent(db: DbOrTx, ref: IdempotencyRef, response: StoredResponse): Promise<void> {
  const kept = await db.$executeRaw(Prisma.sql`
    UPDATE idempotency_key SET status = ${response.status}, headers = ${JSON.stringify(response.headers)}::jsonb,
      body = ${JSON.stringify(response.body ?? null)}::jsonb, locked_until = NULL
    WHERE ${held(ref)}`);
  if (kept === 0) throw inFlight(1);
}

/** Forgets a key whose request was refused before anything was done, so that it can be sent again. */
export async function abandonIdempotent(db: DbOrTx, ref: IdempotencyRef): Promise<void> {
  await db.$executeRaw(Prisma.sql`DELETE FROM idempotency_key WHERE ${held(ref)}`);
}

/** Forgets keys older than 24 hours; answers how many. */
export async function deleteOldIdempotencyKeys(db: DbOrTx): Promise<number> {
  return db.$executeRaw(Prisma.sql`DELETE FROM idempotency_key WHERE created_at < now() - interval '24 hours'`);
}

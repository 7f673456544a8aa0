import { AtollError } from '#server/contract/errors.ts';
import { constantTimeEqual } from '#server/platform/hash.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** `scope` says whose key it is: the token or user, and the project. */
export interface IdempotencyRef {
  scope: string;
  key: string;
}

export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Seconds that a request may run before another with the same key may take over: the holder has died by then. */
const lockSeconds = 60;

interface KeyRow {
  requestHash: Uint8Array;
  status: number | null;
  headers: Record<string, string> | null;
  body: unknown;
  retryAfter: number;
}

/**
 * Begins a request with an Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header). Answers the stored response to
 * replay, or null: then this caller alone goes on, and ends with {@link finishIdempotent} in the transaction that admits, or
 * {@link abandonIdempotent} when nothing was done. A key is kept for 24 hours.
 * Throws idempotency_in_flight (with retryAfterSeconds) and idempotency_mismatch.
 */
export async function beginIdempotent(
  db: DbOrTx,
  ref: IdempotencyRef,
  requestHash: Uint8Array,
): Promise<StoredResponse | null> {
  const began = await db.$executeRaw(Prisma.sql`
    INSERT INTO idempotency_key AS k (scope, key, request_hash, locked_until)
    VALUES (${ref.scope}, ${ref.key}, ${requestHash}, now() + make_interval(secs => ${lockSeconds}::float8))
    ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash, locked_until = excluded.locked_until,
      status = NULL, headers = NULL, body = NULL, created_at = now()
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

/** Stores the response for replay, in the transaction that does what was asked: both are there, or neither. */
export async function finishIdempotent(db: DbOrTx, ref: IdempotencyRef, response: StoredResponse): Promise<void> {
  await db.$executeRaw(Prisma.sql`
    UPDATE idempotency_key SET status = ${response.status}, headers = ${JSON.stringify(response.headers)}::jsonb,
      body = ${JSON.stringify(response.body ?? null)}::jsonb, locked_until = NULL
    WHERE scope = ${ref.scope} AND key = ${ref.key}`);
}

/** Forgets a key whose request was refused before anything was done, so that it can be sent again. */
export async function abandonIdempotent(db: DbOrTx, ref: IdempotencyRef): Promise<void> {
  await db.$executeRaw(
    Prisma.sql`DELETE FROM idempotency_key WHERE scope = ${ref.scope} AND key = ${ref.key} AND status IS NULL`,
  );
}

/** Forgets keys older than 24 hours; answers how many. */
export async function deleteOldIdempotencyKeys(db: DbOrTx): Promise<number> {
  return db.$executeRaw(Prisma.sql`DELETE FROM idempotency_key WHERE created_at < now() - interval '24 hours'`);
}

import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** What is awaited of the browser that holds the cookie. */
export type PendingPurpose = 'second-factor' | 'passkey' | 'passkey-register' | 'oidc' | 'step-up';

/** A sign-in (or a proof) that is not finished. Everything about it is here; the cookie only names it. */
export interface PendingRow {
  id: string;
  purpose: PendingPurpose;
  userId: string | null;
  providerId: string | null;
  data: Record<string, unknown>;
  attempts: number;
}

/** Wrong answers to one pending sign-in before it is gone: who mistypes signs in again. */
const maxAttempts = 5;

const columns = Prisma.sql`id, purpose, user_id AS "userId", provider_id AS "providerId", data, attempts`;

/** Makes one, and clears away those that have expired. `tokenHash` is SHA-256 of the cookie. */
export async function insertPending(
  tx: AtollTx,
  pending: {
    purpose: PendingPurpose;
    tokenHash: Uint8Array;
    userId?: string | null;
    providerId?: string | null;
    data?: Record<string, unknown>;
    ttlSeconds: number;
  },
): Promise<string> {
  const id = newId();
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM pending_sign_in WHERE id IN (
      SELECT id FROM pending_sign_in WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED)`);
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO pending_sign_in (id, token_hash, purpose, user_id, provider_id, data, expires_at)
    VALUES (${id}::uuid, ${pending.tokenHash}, ${pending.purpose}, ${pending.userId ?? null}::uuid,
      ${pending.providerId ?? null}::uuid, ${JSON.stringify(pending.data ?? {})}::jsonb,
      now() + make_interval(secs => ${pending.ttlSeconds}::float8))`);
  return id;
}

/** The one of a cookie without counting; null when it is unknown, expired, used up, or awaits something else. */
export async function findPending(
  db: DbOrTx,
  tokenHash: Uint8Array,
  purposes: readonly PendingPurpose[],
): Promise<PendingRow | null> {
  const rows = await db.$queryRaw<PendingRow[]>(Prisma.sql`
    SELECT ${columns} FROM pending_sign_in
    WHERE token_hash = ${tokenHash} AND purpose = ANY(${[...purposes]}::text[]) AND expires_at > now()
      AND attempts < ${maxAttempts}`);
  return rows[0] ?? null;
}

/**
 * Takes one attempt at it, before the answer is looked at: answers that race count one by one. Null as {@link findPending}.
 * Not inside a transaction that a wrong answer rolls back.
 */
export async function takeAttempt(
  db: DbOrTx,
  tokenHash: Uint8Array,
  purposes: readonly PendingPurpose[],
): Promise<PendingRow | null> {
  const rows = await db.$queryRaw<PendingRow[]>(Prisma.sql`
    UPDATE pending_sign_in SET attempts = attempts + 1
    WHERE token_hash = ${tokenHash} AND purpose = ANY(${[...purposes]}::text[]) AND expires_at > now()
      AND attempts < ${maxAttempts}
    RETURNING ${columns}`);
  return rows[0] ?? null;
}

/** Uses one up; answers whether it was there still: of two right answers, one signs in. */
export async function finishPending(tx: AtollTx, ref: { id: string }): Promise<boolean> {
  const count = await tx.$executeRaw(Prisma.sql`
    DELETE FROM pending_sign_in WHERE id = ${ref.id}::uuid AND expires_at > now()`);
  return count > 0;
}

/** Changes what is kept about it. */
export async function updatePending(tx: AtollTx, ref: { id: string }, data: Record<string, unknown>): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE pending_sign_in SET data = ${JSON.stringify(data)}::jsonb WHERE id = ${ref.id}::uuid`);
}

/** Ends everything that is pending for a user, as when their password changes. */
export async function deletePendingOf(tx: AtollTx, ref: { userId: string }): Promise<void> {
  await tx.pendingSignIn.deleteMany({ where: { userId: ref.userId } });
}

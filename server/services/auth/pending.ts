import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx } from '#server/db/client.ts';
import {
  findPending,
  insertPending,
  type PendingPurpose,
  type PendingRow,
  takeAttempt,
} from '#server/db/pending-sign-in-store.ts';
import { newToken, sha256 } from '#server/platform/hash.ts';
import type { ServiceContext } from '../service-context.ts';

/** Long enough to find a phone or to sign in at a provider. */
const pendingSeconds = 10 * 60;

/** For the cookie that names what is pending; only its hash is stored. */
export interface NewPending {
  cookie: string;
  ttlSeconds: number;
}

/** Begins something that awaits an answer of this browser. */
export async function beginPending(
  tx: AtollTx,
  what: {
    purpose: PendingPurpose;
    userId?: string | null;
    providerId?: string | null;
    data?: Record<string, unknown>;
  },
): Promise<NewPending> {
  const { token, hash } = newToken('');
  await insertPending(tx, { ...what, tokenHash: hash, ttlSeconds: pendingSeconds });
  return { cookie: token, ttlSeconds: pendingSeconds };
}

/** What is pending in this browser, without counting an attempt; null when nothing (of this kind) is. */
export async function peekPending(
  ctx: ServiceContext,
  purposes: readonly PendingPurpose[],
): Promise<PendingRow | null> {
  return ctx.pendingCookie ? findPending(ctx.app.db, sha256(ctx.pendingCookie), purposes) : null;
}

/**
 * What is pending in this browser, with one attempt taken before the answer is looked at.
 * Throws `sign_in_expired` when nothing of this kind is, or it was tried too often.
 */
export async function takePending(ctx: ServiceContext, purposes: readonly PendingPurpose[]): Promise<PendingRow> {
  const found = ctx.pendingCookie ? await takeAttempt(ctx.app.db, sha256(ctx.pendingCookie), purposes) : null;
  if (!found) throw new AtollError('sign_in_expired');
  return found;
}

/** A text that was kept with what is pending. */
export function textOf(pending: PendingRow, name: string): string {
  const value = pending.data[name];
  if (typeof value !== 'string') throw new AtollError('sign_in_expired');
  return value;
}

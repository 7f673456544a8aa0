import { AtollError } from '#server/contract/errors.ts';
import { type BucketPolicy, takeFromBucket } from '#server/db/rate-bucket-store.ts';
import { revokeSessions } from '#server/db/session-store.ts';
import { findCredentials, setPassword } from '#server/db/user-store.ts';
import { hashPassword, verifyPassword } from '#server/platform/password.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { beginSession, type NewSession } from './begin-session.ts';

const policy: BucketPolicy = { capacity: 10, refillPerSecond: 1 / 120 };

/**
 * Changes the actor's password. Every session ends; the browser at hand gets a fresh one.
 * Throws `validation_failed` when the current password is wrong, `rate_limited`.
 */
export async function changePassword(
  ctx: ActorContext,
  input: { current: string; password: string },
): Promise<{ session: NewSession }> {
  const { userId, email } = ctx.actor;
  const bucket = await takeFromBucket(ctx.app.db, `change-password:${userId}`, policy);
  if (!bucket.allowed) throw new AtollError('rate_limited', undefined, { retryAfterSeconds: bucket.retryAfterSeconds });

  const found = await findCredentials(ctx.app.db, email);
  if (!(await verifyPassword(input.current, found?.passwordHash ?? null))) {
    throw new AtollError('validation_failed', 'The current password is wrong.', {
      fields: [{ pointer: '/current', code: 'wrong_password', message: 'This is not your current password.' }],
    });
  }
  const passwordHash = await hashPassword(input.password);
  return change(ctx, { action: 'auth.changePassword', target: { type: 'user', id: userId } }, async (tx) => {
    await setPassword(tx, { id: userId }, passwordHash);
    await revokeSessions(tx, { userId });
    return { session: await beginSession(tx, ctx, userId) };
  });
}

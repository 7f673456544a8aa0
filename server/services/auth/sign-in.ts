import { AtollError } from '#server/contract/errors.ts';
import { type BucketPolicy, resetBucket, takeFromBucket } from '#server/db/rate-bucket-store.ts';
import { revokeSession } from '#server/db/session-store.ts';
import { findCredentials } from '#server/db/user-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import { verifyPassword } from '#server/platform/password.ts';
import { change } from '../change.ts';
import type { ServiceContext } from '../service-context.ts';
import { beginSession, type NewSession } from './begin-session.ts';

/** Ten wrong guesses at an account, then one in two minutes; sign-in puts it back. */
const accountPolicy: BucketPolicy = { capacity: 10, refillPerSecond: 1 / 120 };
/** A family or an office behind one address; for a botnet the account's bucket counts. */
const addressPolicy: BucketPolicy = { capacity: 50, refillPerSecond: 1 / 6 };

export interface SignedIn {
  userId: string;
  session: NewSession;
}

/**
 * Signs in with a password. An unknown account costs the same time and gives the same answer as a wrong password.
 * Throws `sign_in_failed` or `rate_limited`.
 */
export async function signIn(ctx: ServiceContext, input: { email: string; password: string }): Promise<SignedIn> {
  // The bucket's key is a hash: what people type as e-mail may be their password.
  const account = `sign-in:account:${Buffer.from(sha256(input.email)).toString('hex')}`;
  await take(ctx, `sign-in:address:${ctx.ip}`, addressPolicy);
  await take(ctx, account, accountPolicy);

  const found = await findCredentials(ctx.app.db, input.email);
  const right = await verifyPassword(input.password, found?.passwordHash ?? null);
  if (!found || !right) throw new AtollError('sign_in_failed');

  const { user } = found;
  const what = {
    action: 'auth.signIn',
    target: { type: 'user', id: user.id },
    actor: { id: user.id, name: user.name },
  };
  return change(ctx, what, async (tx) => {
    await resetBucket(tx, account);
    // Whoever was signed in here before no longer is.
    if (ctx.actor?.via.type === 'session')
      await revokeSession(tx, { userId: ctx.actor.userId, id: ctx.actor.via.sessionId });
    return { userId: user.id, session: await beginSession(tx, ctx, user.id) };
  });
}

async function take(ctx: ServiceContext, key: string, policy: BucketPolicy): Promise<void> {
  const { allowed, retryAfterSeconds } = await takeFromBucket(ctx.app.db, key, policy);
  if (!allowed) {
    throw new AtollError('rate_limited', 'Too many attempts to sign in.', { retryAfterSeconds });
  }
}

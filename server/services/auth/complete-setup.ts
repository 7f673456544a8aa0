import { AtollError, type FieldError } from '#server/contract/errors.ts';
import type { AtollTx } from '#server/db/client.ts';
import { takeFromBucket } from '#server/db/rate-bucket-store.ts';
import { revokeSessions } from '#server/db/session-store.ts';
import { useSetupLink } from '#server/db/setup-link-store.ts';
import { getUser, hasUsers, setPassword, type UserRow } from '#server/db/user-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import { newId } from '#server/platform/id.ts';
import { hashPassword } from '#server/platform/password.ts';
import { type Changed, change } from '../change.ts';
import { seedFlavors } from '../flavor/seed-flavors.ts';
import type { ServiceContext } from '../service-context.ts';
import { insertUserWithProject } from '../user/insert-user-with-project.ts';
import { continueSignIn, type SignInAnswer } from './continue-sign-in.ts';

export interface SetupInput {
  token: string;
  email?: string;
  name?: string;
  password: string;
}

/**
 * Uses a one-time link: the first run makes the admin with a project and the first flavors, a reset sets a password and ends
 * all sessions of the user. Of two that race with one link, one wins; the other gets `setup_done`.
 */
export async function completeSetup(ctx: ServiceContext, input: SetupInput): Promise<SignInAnswer> {
  const bucket = await takeFromBucket(ctx.app.db, `setup:${ctx.ip}`, { capacity: 20, refillPerSecond: 1 / 30 });
  if (!bucket.allowed) throw new AtollError('rate_limited', undefined, { retryAfterSeconds: bucket.retryAfterSeconds });

  const passwordHash = await hashPassword(input.password);
  const newUserId = newId();
  const what: Changed = { action: 'auth.completeSetup' };
  return change(ctx, what, async (tx) => {
    const link = await useSetupLink(tx, sha256(input.token));
    const user =
      link.userId === null
        ? await makeFirstAdmin(tx, { id: newUserId, ...requireNames(input), passwordHash })
        : await resetPassword(tx, link.userId, passwordHash);
    // Whoever holds the link is who it was made for.
    what.actor = { id: user.id, name: user.name };
    what.target = { type: 'user', id: user.id };
    // A new password is no second factor: who has one is asked for it.
    return continueSignIn(tx, ctx, user, 'setup-link');
  });
}

async function makeFirstAdmin(
  tx: AtollTx,
  user: { id: string; email: string; name: string; passwordHash: string },
): Promise<UserRow> {
  if (await hasUsers(tx)) throw new AtollError('setup_done');
  await seedFlavors(tx);
  return insertUserWithProject(tx, { ...user, role: 'admin' });
}

async function resetPassword(tx: AtollTx, userId: string, passwordHash: string): Promise<UserRow> {
  const user = await getUser(tx, { id: userId });
  if (user.disabledAt) throw new AtollError('setup_done');
  await setPassword(tx, { id: userId }, passwordHash);
  await revokeSessions(tx, { userId });
  return user;
}

function requireNames(input: SetupInput): { email: string; name: string } {
  const { email, name } = input;
  if (email !== undefined && name !== undefined) return { email, name };
  const missing = (pointer: string): FieldError => ({ pointer, code: 'required', message: 'This is needed.' });
  throw new AtollError('validation_failed', undefined, {
    fields: [...(email === undefined ? [missing('/email')] : []), ...(name === undefined ? [missing('/name')] : [])],
  });
}

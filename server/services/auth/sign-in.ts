import { AtollError } from '#server/contract/errors.ts';
import { findCredentials } from '#server/db/user-store.ts';
import { verifyPassword } from '#server/platform/password.ts';
import { change } from '../change.ts';
import type { ServiceContext } from '../service-context.ts';
import type { NewSession } from './begin-session.ts';
import { continueSignIn, type SignInAnswer } from './continue-sign-in.ts';
import { giveBack, takeFromAccount, takeFromAddress } from './sign-in-limits.ts';

export interface SignedIn {
  userId: string;
  session: NewSession;
}

/**
 * Signs in with a password, or begins to: who has a second factor is asked for it. An unknown account costs the same time and gives
 * the same answer as a wrong password.
 * Throws `sign_in_failed` or `rate_limited`.
 */
export async function signIn(ctx: ServiceContext, input: { email: string; password: string }): Promise<SignInAnswer> {
  await takeFromAddress(ctx);
  await takeFromAccount(ctx, input.email);
  const found = await findCredentials(ctx.app.db, input.email);
  const right = await verifyPassword(input.password, found?.passwordHash ?? null);
  if (!found || !right) throw new AtollError('sign_in_failed');
  const { user } = found;
  const what = {
    action: 'auth.signIn',
    target: { type: 'user', id: user.id },
    actor: { id: user.id, name: user.name },
    detail: {} as Record<string, unknown>,
  };
  return change(ctx, what, async (tx) => {
    const answer = await continueSignIn(tx, ctx, user, 'password');
    what.detail = { step: answer.step };
    if (answer.step === 'done') await giveBack(tx, { account: input.email, userId: user.id });
    return answer;
  });
}

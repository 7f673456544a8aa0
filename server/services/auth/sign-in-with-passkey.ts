import { AtollError } from '#server/contract/errors.ts';
import type { PasskeyAnswer } from '#server/contract/webauthn.ts';
import { finishPending, updatePending } from '#server/db/pending-sign-in-store.ts';
import { getUser } from '#server/db/user-store.ts';
import { change } from '../change.ts';
import type { ServiceContext } from '../service-context.ts';
import { finishSignIn } from './answer-second-factor.ts';
import { replaceSession, type SignInAnswer } from './continue-sign-in.ts';
import { checkPasskey, newChallenge } from './passkey-challenge.ts';
import { beginPending, type NewPending, peekPending, takePending, textOf } from './pending.ts';
import { giveBack, takeFromAddress, takeFromFactor } from './sign-in-limits.ts';

/**
 * A challenge: as second factor where a sign-in of this browser awaits one, otherwise for any passkey of the device.
 * Throws `rate_limited`, `state_conflict` where there can be no passkeys.
 */
export async function beginPasskeySignIn(
  ctx: ServiceContext,
): Promise<{ options: Record<string, unknown>; pending: NewPending | null }> {
  await takeFromAddress(ctx);
  const found = await peekPending(ctx, ['second-factor']);
  const asked = found?.data.step === 'second-factor' && found.userId ? { ...found, userId: found.userId } : null;
  const options = await newChallenge(ctx, asked);
  return change(ctx, { action: 'signIn.passkeyBegin' }, async (tx) => {
    const data = { challenge: options.challenge };
    if (!asked) return { options: { ...options }, pending: await beginPending(tx, { purpose: 'passkey', data }) };
    await updatePending(tx, asked, { ...asked.data, ...data });
    return { options: { ...options }, pending: null };
  });
}

/**
 * Signs in with a passkey. One that verified its owner stands for both factors; beside a password it is the second.
 * Throws `sign_in_expired`, `second_factor_failed`, `rate_limited`.
 */
export async function signInWithPasskey(ctx: ServiceContext, input: { answer: PasskeyAnswer }): Promise<SignInAnswer> {
  await takeFromAddress(ctx);
  const pending = await takePending(ctx, ['passkey', 'second-factor']);
  if (pending.userId) await takeFromFactor(ctx, pending.userId);
  const expected = { challenge: textOf(pending, 'challenge'), userId: pending.userId };
  const passkey = await checkPasskey(ctx, input.answer, expected);
  const user = await getUser(ctx.app.db, { id: passkey.userId });
  if (user.disabledAt) throw new AtollError('second_factor_failed', 'This passkey was not accepted.');
  const what = {
    action: 'signIn.passkey',
    target: { type: 'user', id: user.id },
    actor: { id: user.id, name: user.name },
    detail: { passkey: passkey.name },
  };
  return change(ctx, what, async (tx) => {
    if (pending.purpose === 'second-factor') return finishSignIn(tx, ctx, pending, user, 'passkey');
    if (!(await finishPending(tx, pending))) throw new AtollError('sign_in_expired');
    await giveBack(tx, { userId: user.id });
    return { step: 'done', userId: user.id, session: await replaceSession(tx, ctx, user.id, 'passkey') };
  });
}

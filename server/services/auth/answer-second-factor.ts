import { AtollError } from '#server/contract/errors.ts';
import type { SessionMethod, SignInStep } from '#server/contract/sign-in.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { finishPending, type PendingRow } from '#server/db/pending-sign-in-store.ts';
import { countRecoveryCodes, putTotp } from '#server/db/totp-store.ts';
import { getUser, type UserRow } from '#server/db/user-store.ts';
import { lock } from '#server/platform/vault.ts';
import { change } from '../change.ts';
import type { ServiceContext } from '../service-context.ts';
import { spendCodeOfList, spendTotpCode } from './check-code.ts';
import { replaceSession, type SignInAnswer } from './continue-sign-in.ts';
import { peekPending, takePending } from './pending.ts';
import { issueRecoveryCodes } from './recovery-codes.ts';
import { secondFactorsOf } from './second-factor-state.ts';
import { giveBack, takeFromAddress, takeFromFactor } from './sign-in-limits.ts';
import { newSeed, seedUri } from './totp.ts';

export type CodeInput = { method: 'totp' | 'recovery-code'; code: string };

/** Where the sign-in of this browser stands, as the server knows it. */
export async function pendingStep(ctx: ServiceContext): Promise<SignInStep> {
  const pending = await peekPending(ctx, ['second-factor']);
  if (!pending?.userId) return { step: 'done', methods: [] };
  if (pending.data.step === 'enrol') return { step: 'enrol', methods: [] };
  return { step: 'second-factor', methods: await secondFactorsOf(ctx.app.db, { userId: pending.userId }) };
}

/**
 * Ends a sign-in with a code. The password was right before: nothing but the row of this very sign-in says so.
 * Throws `sign_in_expired`, `second_factor_failed`, `rate_limited`.
 */
export async function answerSecondFactor(ctx: ServiceContext, input: CodeInput): Promise<SignInAnswer> {
  const { pending, user } = await openStep(ctx, 'second-factor');
  return change(ctx, about('signIn.secondFactor', user), async (tx) => {
    if (input.method === 'totp') await spendTotpCode(tx, ctx, { userId: user.id, code: input.code });
    else {
      await spendCodeOfList(tx, { userId: user.id, code: input.code });
      const left = await countRecoveryCodes(tx, { userId: user.id });
      await appendEvent(tx, {
        projectId: null,
        type: 'user.recovery-code-used',
        target: { type: 'user', id: user.id, name: user.name },
        actor: user,
        severity: 'warn',
        message: `${user.name} signed in with a recovery code; ${left} are left.`,
        params: { name: user.name, left },
      });
    }
    return finishSignIn(tx, ctx, pending, user, input.method);
  });
}

/** A seed for who must set up a second factor before they may come in. Throws `sign_in_expired`. */
export async function beginEnrolment(ctx: ServiceContext): Promise<{ secret: string; uri: string }> {
  const { user } = await openStep(ctx, 'enrol');
  const seed = newSeed();
  const secret = lock(ctx.app.webKey, seed, { table: 'totp_credential', id: user.id });
  return change(ctx, about('signIn.enrolBegin', user), async (tx) => {
    if (!(await putTotp(tx, { userId: user.id, secret }))) throw new AtollError('sign_in_expired');
    return { secret: seed.reveal(), uri: seedUri(seed, user.email) };
  });
}

/** The first code of that app: the sign-in is done. Throws `sign_in_expired`, `second_factor_failed`, `rate_limited`. */
export async function confirmEnrolment(
  ctx: ServiceContext,
  input: { code: string },
): Promise<{ answer: SignInAnswer; recoveryCodes: string[] }> {
  const { pending, user } = await openStep(ctx, 'enrol');
  return change(ctx, about('signIn.enrolConfirm', user), async (tx) => {
    await spendTotpCode(tx, ctx, { userId: user.id, code: input.code }, { confirm: true });
    const recoveryCodes = await issueRecoveryCodes(tx, user.id);
    return { answer: await finishSignIn(tx, ctx, pending, user, 'totp'), recoveryCodes };
  });
}

const about = (action: string, user: UserRow) => ({
  action,
  target: { type: 'user', id: user.id },
  actor: { id: user.id, name: user.name },
});

/** What is pending in this browser and at this step, with an attempt taken of it, of its address and of its user. */
async function openStep(
  ctx: ServiceContext,
  step: 'second-factor' | 'enrol',
): Promise<{ pending: PendingRow; user: UserRow }> {
  await takeFromAddress(ctx);
  const pending = await takePending(ctx, ['second-factor']);
  if (pending.data.step !== step || !pending.userId) throw new AtollError('sign_in_expired');
  await takeFromFactor(ctx, pending.userId);
  const user = await getUser(ctx.app.db, { id: pending.userId });
  if (user.disabledAt) throw new AtollError('sign_in_expired');
  return { pending, user };
}

/** Uses the pending sign-in up and begins the session: of two right answers one does. Throws `sign_in_expired`. */
export async function finishSignIn(
  tx: Parameters<Parameters<typeof change>[2]>[0],
  ctx: ServiceContext,
  pending: PendingRow,
  user: UserRow,
  second: 'totp' | 'recovery-code' | 'passkey',
): Promise<SignInAnswer> {
  if (!(await finishPending(tx, pending))) throw new AtollError('sign_in_expired');
  const first = pending.data.first === 'ldap' ? 'ldap' : 'password';
  const method: SessionMethod = `${first}+${second}`;
  await giveBack(tx, { account: user.email, userId: user.id });
  return { step: 'done', userId: user.id, session: await replaceSession(tx, ctx, user.id, method) };
}

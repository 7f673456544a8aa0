import { AtollError } from '#server/contract/errors.ts';
import { listPasskeys } from '#server/db/passkey-store.ts';
import { countRecoveryCodes, deleteTotp, findTotp, putTotp } from '#server/db/totp-store.ts';
import { lock } from '#server/platform/vault.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { spendTotpCode } from './check-code.ts';
import { issueRecoveryCodes } from './recovery-codes.ts';
import { relyingParty } from './relying-party.ts';
import { mustHaveSecondFactor } from './second-factor-state.ts';
import { takeFromFactor } from './sign-in-limits.ts';
import { newSeed, seedUri } from './totp.ts';

const about = (verb: string, { actor }: ActorContext) => ({
  action: `secondFactor.${verb}`,
  target: { type: 'user', id: actor.userId },
});

/** The actor's second factors. */
export async function getSecondFactors(ctx: ActorContext) {
  const { db } = ctx.app;
  const ref = { userId: ctx.actor.userId };
  const [totp, recoveryCodesLeft, passkeys, required] = await Promise.all([
    findTotp(db, ref),
    countRecoveryCodes(db, ref),
    listPasskeys(db, ref),
    mustHaveSecondFactor(db, ctx.actor.role),
  ]);
  return {
    totp: Boolean(totp?.confirmedAt),
    recoveryCodesLeft,
    passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({
      id,
      name,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    })),
    passkeysPossible: relyingParty(ctx.app.origin) !== null,
    required,
  };
}

/** A seed for the actor's authenticator app. Throws `conflict` when one is set up already. */
export async function beginTotp(ctx: ActorContext): Promise<{ secret: string; uri: string }> {
  const { userId, email } = ctx.actor;
  const seed = newSeed();
  const secret = lock(ctx.app.webKey, seed, { table: 'totp_credential', id: userId });
  return change(ctx, about('beginTotp', ctx), async (tx) => {
    if (!(await putTotp(tx, { userId, secret })))
      throw new AtollError('conflict', 'An authenticator app is set up already.', { hint: 'Remove it first.' });
    return { secret: seed.reveal(), uri: seedUri(seed, email) };
  });
}

/** The first code of the app; from now on it is asked for. Throws `second_factor_failed`, `rate_limited`. */
export async function confirmTotp(ctx: ActorContext, input: { code: string }): Promise<{ recoveryCodes: string[] }> {
  const { userId } = ctx.actor;
  await takeFromFactor(ctx, userId);
  return change(ctx, about('confirmTotp', ctx), async (tx) => {
    await spendTotpCode(tx, ctx, { userId, code: input.code }, { confirm: true });
    return { recoveryCodes: await issueRecoveryCodes(tx, userId) };
  });
}

/** Removes the app. Throws `state_conflict` when it is the last second factor of who must have one. */
export async function disableTotp(ctx: ActorContext): Promise<null> {
  const { userId, role } = ctx.actor;
  return change(ctx, about('disableTotp', ctx), async (tx) => {
    const passkeys = await listPasskeys(tx, { userId });
    if (passkeys.length === 0 && (await mustHaveSecondFactor(tx, role))) throw lastFactor();
    await deleteTotp(tx, { userId, keepCodes: passkeys.length > 0 });
    return null;
  });
}

/** Ten new recovery codes. Throws `state_conflict` without a second factor that they could stand in for. */
export async function renewRecoveryCodes(ctx: ActorContext): Promise<{ recoveryCodes: string[] }> {
  const { userId } = ctx.actor;
  return change(ctx, about('renewRecoveryCodes', ctx), async (tx) => {
    const [totp, passkeys] = [await findTotp(tx, { userId }), await listPasskeys(tx, { userId })];
    if (!totp?.confirmedAt && passkeys.length === 0)
      throw new AtollError('state_conflict', 'There is no second factor yet.', {
        hint: 'Set up an authenticator app or a passkey first.',
      });
    return { recoveryCodes: await issueRecoveryCodes(tx, userId) };
  });
}

/** For removals of the last one. */
export const lastFactor = (): AtollError =>
  new AtollError('state_conflict', 'This is your last second factor, and an admin asks for one.', {
    hint: 'Add a passkey or another app first.',
  });

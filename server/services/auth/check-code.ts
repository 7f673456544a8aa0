import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx } from '#server/db/client.ts';
import { findTotp, spendRecoveryCode, spendTotpStep } from '#server/db/totp-store.ts';
import { unlock } from '#server/platform/vault.ts';
import type { ServiceContext } from '../service-context.ts';
import { recoveryCodeHash } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

const wrong = (message: string): AtollError =>
  new AtollError('second_factor_failed', message, { fields: [{ pointer: '/code', code: 'wrong', message }] });

/**
 * Checks a code of the authenticator app and uses it up, by the clock of the database. `confirm` is for the first one of a new app.
 * Throws `second_factor_failed`.
 */
export async function spendTotpCode(
  tx: AtollTx,
  ctx: ServiceContext,
  given: { userId: string; code: string },
  options: { confirm?: boolean } = {},
): Promise<void> {
  const { userId, code } = given;
  const totp = await findTotp(tx, { userId });
  if (!totp) throw wrong('There is no authenticator app.');
  const seed = unlock(ctx.app.webKey, totp.secret, { table: 'totp_credential', id: userId });
  const step = stepOf(seed, code, totp.nowSeconds);
  if (step === null) throw wrong('This code is not right. Check the clock of your device.');
  if (!(await spendTotpStep(tx, { userId, step }, options)))
    throw wrong('This code was used already. Wait for the next one.');
}

/** Uses a recovery code up. Throws `second_factor_failed`. */
export async function spendCodeOfList(tx: AtollTx, given: { userId: string; code: string }): Promise<void> {
  const hash = recoveryCodeHash(given.userId, given.code);
  if (!(await spendRecoveryCode(tx, { userId: given.userId, hash })))
    throw wrong('This recovery code is not right, or was used already.');
}

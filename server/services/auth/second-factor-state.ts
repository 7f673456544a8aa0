import type { SecondFactorPolicy } from '#server/contract/identity-provider.ts';
import type { SystemRole } from '#server/contract/permissions.ts';
import type { SecondFactor } from '#server/contract/sign-in.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { listPasskeys } from '#server/db/passkey-store.ts';
import { findSetting } from '#server/db/setting-store.ts';
import { countRecoveryCodes, findTotp } from '#server/db/totp-store.ts';

/** Who must have a second factor. */
export async function secondFactorPolicy(db: DbOrTx): Promise<SecondFactorPolicy> {
  return (await findSetting(db, 'secondFactorPolicy'))?.who ?? 'nobody';
}

/** Whether somebody with this role must have one. */
export async function mustHaveSecondFactor(db: DbOrTx, role: SystemRole): Promise<boolean> {
  const policy = await secondFactorPolicy(db);
  return policy === 'everybody' || (policy === 'admins' && role === 'admin');
}

/** What a user can give as second factor; empty while they have none. A recovery code alone is none. */
export async function secondFactorsOf(db: DbOrTx, ref: { userId: string }): Promise<SecondFactor[]> {
  const totp = await findTotp(db, ref);
  const passkeys = await listPasskeys(db, ref);
  if (!totp?.confirmedAt && passkeys.length === 0) return [];
  const codes = await countRecoveryCodes(db, ref);
  return [
    ...(totp?.confirmedAt ? (['totp'] as const) : []),
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
    ...(codes > 0 ? (['recovery-code'] as const) : []),
  ];
}

import { AtollError } from '#server/contract/errors.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { findSetting } from '#server/db/setting-store.ts';
import type { SealingPublicKey } from '#server/platform/sealing.ts';

/** The worker's public key, to which secrets are sealed. Throws `unavailable` before the first start has written it. */
export async function sealingKey(db: DbOrTx): Promise<SealingPublicKey> {
  const key = await findSetting(db, 'sealingPublicKey');
  if (!key) throw new AtollError('unavailable', undefined, { detail: 'the setting sealingPublicKey is missing' });
  return key;
}

import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';

/** A public key that a user keeps for new VMs. */
export interface SshKeyRow {
  id: string;
  userId: string;
  name: string;
  publicKey: string;
  fingerprint: string;
  createdAt: Date;
}

/** Keeps a public key. Throws conflict when the user has it already. */
export async function insertSshKey(
  tx: AtollTx,
  key: { userId: string; name: string; publicKey: string; fingerprint: string },
): Promise<SshKeyRow> {
  try {
    return await tx.sshKey.create({ data: { id: newId(), ...key } });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AtollError('conflict', 'You have this key already.', { cause: error });
  }
}

/** The keys of a user, oldest first. */
export async function listSshKeys(db: DbOrTx, ref: { userId: string }): Promise<SshKeyRow[]> {
  return db.sshKey.findMany({ where: { userId: ref.userId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
}

/** Forgets a key of a user. Throws not_found. */
export async function deleteSshKey(tx: AtollTx, ref: { userId: string; id: string }): Promise<void> {
  const { count } = await tx.sshKey.deleteMany({ where: { id: ref.id, userId: ref.userId } });
  if (count === 0) throw new AtollError('not_found', 'There is no such SSH key.');
}

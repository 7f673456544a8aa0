import { newId } from '#server/platform/id.ts';
import { open, type SealedFor, type SealingPrivateKey, type SealingPublicKey, seal } from '#server/platform/sealing.ts';
import type { Secret } from '#server/platform/secret.ts';
import type { AtollTx, DbOrTx } from './client.ts';

export type SecretOwnerType = 'host' | 'instance' | 'operation';
export type SecretPurpose =
  | 'ssh-password'
  | 'ssh-private-key'
  | 'ssh-passphrase'
  | 'tls-key'
  | 'user-data'
  | 'env'
  | 'registry-auth';

/** Whose secret, and for what. A purpose occurs once per owner. */
export interface SecretRef extends SealedFor {
  ownerType: SecretOwnerType;
  purpose: SecretPurpose;
}

/**
 * Seals a secret to the worker's public key and keeps it, in the place of an older one. Works as the role of the web,
 * which can write and remove secrets but not read them: no statement here returns the ciphertext.
 */
export async function putSecret(
  tx: AtollTx,
  key: SealingPublicKey,
  ref: SecretRef,
  plaintext: Secret<string>,
): Promise<void> {
  const ciphertext = await seal(key, plaintext, ref);
  await deleteSecret(tx, ref);
  // createMany, because create would add RETURNING with every column.
  await tx.sealedSecret.createMany({
    data: [
      {
        id: newId(),
        ownerType: ref.ownerType,
        ownerId: ref.ownerId,
        purpose: ref.purpose,
        keyId: key.keyId,
        ciphertext,
      },
    ],
  });
}

/** Opens a secret, or null when there is none. For the worker: the role of the web is refused by PostgreSQL. */
export async function readSecret(db: DbOrTx, key: SealingPrivateKey, ref: SecretRef): Promise<Secret<string> | null> {
  const row = await readCiphertext(db, ref);
  return row && open(key, row.ciphertext, { ...ref, keyId: row.keyId });
}

/** The sealed bytes of a secret and the id of the key, or null. For the worker. */
export async function readCiphertext(
  db: DbOrTx,
  ref: SecretRef,
): Promise<{ keyId: string; ciphertext: Uint8Array } | null> {
  const { ownerType, ownerId, purpose } = ref;
  return db.sealedSecret.findFirst({
    where: { ownerType, ownerId, purpose },
    select: { keyId: true, ciphertext: true },
  });
}

/** What secrets an owner has, by purpose. */
export async function listSecretPurposes(
  db: DbOrTx,
  owner: { ownerType: SecretOwnerType; ownerId: string },
): Promise<SecretPurpose[]> {
  const rows = await db.sealedSecret.findMany({ where: owner, select: { purpose: true }, orderBy: { purpose: 'asc' } });
  return rows.map((row) => row.purpose as SecretPurpose);
}

/** Forgets one secret; nothing to forget is no error. */
export async function deleteSecret(tx: AtollTx, ref: SecretRef): Promise<void> {
  const { ownerType, ownerId, purpose } = ref;
  await tx.sealedSecret.deleteMany({ where: { ownerType, ownerId, purpose } });
}

/** Forgets every secret of an owner that goes. */
export async function deleteSecrets(
  tx: AtollTx,
  owner: { ownerType: SecretOwnerType; ownerId: string },
): Promise<void> {
  await tx.sealedSecret.deleteMany({ where: { ownerType: owner.ownerType, ownerId: owner.ownerId } });
}

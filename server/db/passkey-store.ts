import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';

/** A passkey (WebAuthn credential) of a user. Nothing of it is secret. */
export interface PasskeyRow {
  id: string;
  userId: string;
  credentialId: Uint8Array;
  publicKey: Uint8Array;
  counter: number;
  transports: string[];
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

const toRow = (row: Omit<PasskeyRow, 'counter'> & { counter: bigint }): PasskeyRow => ({
  ...row,
  counter: Number(row.counter),
});

/** The passkeys of a user, oldest first. */
export async function listPasskeys(db: DbOrTx, ref: { userId: string }): Promise<PasskeyRow[]> {
  return (await db.passkey.findMany({ where: { userId: ref.userId }, orderBy: { id: 'asc' } })).map(toRow);
}

/** The passkey of a credential id, or null. */
export async function findPasskey(db: DbOrTx, credentialId: Uint8Array): Promise<PasskeyRow | null> {
  const row = await db.passkey.findUnique({ where: { credentialId: new Uint8Array(credentialId) } });
  return row ? toRow(row) : null;
}

/** Keeps a new passkey; answers its id. Throws `conflict` when the credential is known already. */
export async function insertPasskey(
  tx: AtollTx,
  passkey: Pick<PasskeyRow, 'userId' | 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'name'>,
): Promise<string> {
  const id = newId();
  try {
    await tx.passkey.createMany({
      data: {
        ...passkey,
        id,
        credentialId: new Uint8Array(passkey.credentialId),
        publicKey: new Uint8Array(passkey.publicKey),
        counter: BigInt(passkey.counter),
      },
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'passkey_credential_id_key')) throw error;
    throw new AtollError('conflict', 'This passkey is registered already.', { cause: error });
  }
  return id;
}

/**
 * Notes a use. The counter must grow, where the authenticator counts at all: one that stands still or goes back was copied
 * (WebAuthn §7.2 step 22). Answers whether the use is good.
 */
export async function countPasskeyUse(tx: AtollTx, ref: { id: string; counter: number }): Promise<boolean> {
  const count = await tx.$executeRaw(Prisma.sql`
    UPDATE passkey SET counter = ${ref.counter}::bigint, last_used_at = now()
    WHERE id = ${ref.id}::uuid AND (counter < ${ref.counter}::bigint OR (counter = 0 AND ${ref.counter}::bigint = 0))`);
  return count > 0;
}

/** Gives a passkey of a user another name. Throws not_found. */
export async function renamePasskey(tx: AtollTx, ref: { id: string; userId: string }, name: string): Promise<void> {
  const { count } = await tx.passkey.updateMany({ where: ref, data: { name } });
  if (count === 0) throw new AtollError('not_found', 'There is no such passkey.');
}

/** Forgets a passkey of a user. Throws not_found. */
export async function deletePasskey(tx: AtollTx, ref: { id: string; userId: string }): Promise<void> {
  const { count } = await tx.passkey.deleteMany({ where: ref });
  if (count === 0) throw new AtollError('not_found', 'There is no such passkey.');
}

/** Forgets every passkey of a user; answers how many. */
export async function deletePasskeys(tx: AtollTx, ref: { userId: string }): Promise<number> {
  return (await tx.passkey.deleteMany({ where: { userId: ref.userId } })).count;
}

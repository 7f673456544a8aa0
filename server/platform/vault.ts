import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Secret } from './secret.ts';

/**
 * Secrets that the web itself must be able to read: seeds of one-time codes, what it says to a directory or a provider. AES-256-GCM
 * (NIST SP 800-38D) under a key that no other process has. What the worker reads is sealed instead: see sealing.ts.
 *
 * Format: version (1 byte), key id (8), nonce (12, random), ciphertext, tag (16).
 */
export interface VaultKey {
  /** The first eight bytes of a hash of the key, as hex: which key a text was locked with. */
  id: string;
  /** Base64url of 32 bytes. */
  key: Secret<string>;
}

/** The row that a locked text stands in. It opens in no other, so two rows cannot be swapped (security.md 51). */
export interface LockedFor {
  table: 'totp_credential' | 'identity_provider' | 'pending_sign_in';
  id: string;
}

const version = 1;
const keyIdBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + keyIdBytes + nonceBytes;

/** The key of an environment variable or file. */
export const vaultKeyOf = (key: Secret<string>): VaultKey => ({
  id: createHash('sha256')
    .update('atoll/web-key/v1')
    .update(Buffer.from(key.reveal(), 'base64url'))
    .digest('hex')
    .slice(0, 2 * keyIdBytes),
  key,
});

/** Locks a text for one row. */
export function lock(key: VaultKey, text: Secret<string>, row: LockedFor): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', bytesOf(key), nonce).setAAD(aad(row));
  const body = Buffer.concat([cipher.update(text.reveal(), 'utf8'), cipher.final()]);
  return new Uint8Array(
    Buffer.concat([Buffer.from([version]), Buffer.from(key.id, 'hex'), nonce, body, cipher.getAuthTag()]),
  );
}

/** Opens a locked text. Throws when it was changed, was locked with another key, or belongs to another row. */
export function unlock(key: VaultKey, locked: Uint8Array, row: LockedFor): Secret<string> {
  const data = Buffer.from(locked);
  if (data.length < headBytes + tagBytes || data[0] !== version) throw new Error('This is no locked text.');
  const keyId = data.subarray(1, 1 + keyIdBytes).toString('hex');
  if (keyId !== key.id) throw new Error(`Locked with key ${keyId}, but the web holds ${key.id}.`);
  const nonce = data.subarray(1 + keyIdBytes, headBytes);
  const decipher = createDecipheriv('aes-256-gcm', bytesOf(key), nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad(row)).setAuthTag(data.subarray(-tagBytes));
  const text = Buffer.concat([decipher.update(data.subarray(headBytes, -tagBytes)), decipher.final()]);
  return new Secret(text.toString('utf8'));
}

const bytesOf = ({ key }: VaultKey): Buffer => Buffer.from(key.reveal(), 'base64url');
/** JSON of an array keeps the borders of the parts. */
const aad = (row: LockedFor): Buffer => Buffer.from(JSON.stringify([row.table, row.id]));

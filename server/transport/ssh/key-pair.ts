import ssh2 from 'ssh2';
import { TransportError } from '../transport-error.ts';
import { fingerprint } from './fingerprint.ts';

export interface SshKeyPair {
  /** One line for authorized_keys. */
  publicKey: string;
  /** PEM in OpenSSH's own format, without a passphrase: seal it before it is kept. */
  privateKey: string;
  fingerprint: string;
}

/** Of 256 pairs that ssh2 1.17 makes about one cannot be read again, by itself or by OpenSSH; so many in a row are no accident. */
const mostAttempts = 20;

/** Makes a new Ed25519 key pair. The comment ends the public line, so control characters are refused. */
export function makeSshKeyPair(comment: string): SshKeyPair {
  if (/[\p{Cc}]/u.test(comment)) throw new TypeError('The comment of a key must not contain control characters.');
  for (let attempt = 1; ; attempt++) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    try {
      return { ...publicKeyOf(pair.private), privateKey: pair.private };
    } catch (error) {
      if (attempt >= mostAttempts) throw error;
    }
  }
}

/**
 * The public half of a private key that somebody pasted: proves that key and passphrase are usable.
 *
 * @throws TransportError `auth_failed` when it is no private key, or its passphrase is missing or wrong.
 */
export function publicKeyOf(privateKey: string, passphrase?: string): { publicKey: string; fingerprint: string } {
  const parsed = ssh2.utils.parseKey(privateKey, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) {
    throw new TransportError('auth_failed', `This private key cannot be used: ${key?.message ?? 'it is empty'}`);
  }
  if (!key.isPrivateKey()) throw new TransportError('auth_failed', 'This is a public key; the private one is needed');
  const blob = key.getPublicSSH();
  return {
    publicKey: `${key.type} ${blob.toString('base64')} ${key.comment}`.trimEnd(),
    fingerprint: fingerprint(blob),
  };
}

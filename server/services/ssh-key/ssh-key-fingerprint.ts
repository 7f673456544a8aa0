import { sha256 } from '#server/platform/hash.ts';

/** `SHA256:…` of a public key as ssh-keygen -l prints it: base64 without padding of the SHA-256 of the key's bytes. */
export function sshKeyFingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.trim().split(/\s+/)[1] ?? '', 'base64');
  return `SHA256:${Buffer.from(sha256(blob)).toString('base64').replace(/=+$/, '')}`;
}

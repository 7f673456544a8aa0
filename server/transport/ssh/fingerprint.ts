import { createHash } from 'node:crypto';

/** SHA256:… of a public key blob as `ssh-keygen -l` prints it: base64 without padding. */
export function fingerprint(keyBlob: Buffer): string {
  return `SHA256:${createHash('sha256').update(keyBlob).digest('base64').replace(/=+$/, '')}`;
}

/** Type name that a public key blob begins with (RFC 4253 §6.6); empty when the blob is cut off. */
export function keyBlobType(keyBlob: Buffer): string {
  const length = keyBlob.length >= 4 ? keyBlob.readUInt32BE(0) : 0;
  return keyBlob.subarray(4, 4 + length).toString('latin1');
}

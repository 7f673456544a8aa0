import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 of text or bytes. Enough for tokens of 256 random bits; passwords go through password.ts. */
export const sha256 = (data: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(data).digest());

/** Whether two byte strings are equal, in a time that depends on their lengths alone. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export interface NewToken {
  /** Shown once to whom it belongs: prefix, then 32 random bytes as base64url. */
  token: string;
  /** What is stored. */
  hash: Uint8Array<ArrayBuffer>;
  /** The first characters, to recognise it in a list. */
  hint: string;
}

/** A fresh random token of 256 bits, such as `atoll_…` for the API. */
export function newToken(prefix: string): NewToken {
  const token = prefix + randomBytes(32).toString('base64url');
  return { token, hash: sha256(token), hint: token.slice(0, prefix.length + 4) };
}

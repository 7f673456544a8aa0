import { randomBytes } from 'node:crypto';
import type { AtollTx } from '#server/db/client.ts';
import { putRecoveryCodes } from '#server/db/totp-store.ts';
import { sha256 } from '#server/platform/hash.ts';

const count = 10;
/** 80 random bits: no list of all of them can be tried, not even against a stolen hash. */
const codeChars = 16;
/** Crockford's base32 in lower case, without what is mistaken for something else. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes ten new codes for a user; the old ones stop working. What it answers is shown once. */
export async function issueRecoveryCodes(tx: AtollTx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: count }, newCode);
  await putRecoveryCodes(tx, { userId, hashes: codes.map((code) => recoveryCodeHash(userId, code)) });
  return codes;
}

function newCode(): string {
  // 256 is a multiple of 32: no letter comes more often than another.
  const letters = Array.from(randomBytes(codeChars), (byte) => alphabet[byte % alphabet.length]);
  return letters.join('').replaceAll(/(.{4})(?=.)/g, '$1-');
}

/** What is stored of a code, whoever typed it in whichever way. */
export function recoveryCodeHash(userId: string, code: string): Uint8Array<ArrayBuffer> {
  const plain = code.toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1');
  return sha256(`${userId}:${plain.replaceAll(/[^0-9a-z]/g, '')}`);
}

import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constantTimeEqual } from './hash.ts';

const runArgon2 = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane. Memory in KiB. */
const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

const phcPattern = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hash of a password as a PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, base64 without padding. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await runArgon2('argon2id', { message: normalized(password), nonce: salt, ...parameters });
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Whether the password is the one of this hash. For null, as with an unknown user or one without a password, the
 * same work is done against a hash that nothing matches, so that timing does not tell who exists.
 */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const match = phcPattern.exec(phc ?? (await dummyHash()));
  if (!match) throw new Error('A stored password hash is not Argon2id in PHC format.');
  const expected = Buffer.from(match[5] ?? '', 'base64');
  const actual = await runArgon2('argon2id', {
    message: normalized(password),
    nonce: Buffer.from(match[4] ?? '', 'base64'),
    memory: Number(match[1]),
    passes: Number(match[2]),
    parallelism: Number(match[3]),
    tagLength: expected.length,
  });
  return constantTimeEqual(actual, expected) && phc !== null;
}

/** NIST SP 800-63B §5.1.1.2: Unicode is normalised (NFKC) before hashing, so that every keyboard gives the same bytes. */
const normalized = (password: string): Buffer => Buffer.from(password.normalize('NFKC'), 'utf8');

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

let dummy: Promise<string> | undefined;

const dummyHash = (): Promise<string> => (dummy ??= hashPassword(randomBytes(32).toString('hex')));

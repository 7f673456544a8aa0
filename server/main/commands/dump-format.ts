import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { z } from 'zod';

/**
 * A backup is gzip of JSON lines: a header, then each row as `["table", {…}]` by to_jsonb, then an end that says how many
 * rows there were, so that a file that was cut is noticed. Rows come in an order in which they can be inserted.
 */
export const headerSchema = z.object({
  format: z.literal('atoll-backup'),
  version: z.literal(1),
  atoll: z.string(),
  createdAt: z.string(),
  /** Names of the migrations that made these tables. */
  migrations: z.array(z.string()),
  /** The files of data/secrets, under a passphrase. */
  secrets: z.object({ salt: z.string(), nonce: z.string(), sealed: z.string() }).nullable(),
});
export type BackupHeader = z.output<typeof headerSchema>;

export const endSchema = z.object({ end: z.literal(true), rows: z.number().int() });

/** scrypt with the parameters of RFC 7914 §2 for files (N = 2^17: 128 MiB, about half a second). */
const keyOf = (passphrase: string, salt: Buffer): Buffer =>
  scryptSync(passphrase, salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 });

/** Seals files by name under a passphrase: AES-256-GCM. */
export function sealFiles(files: Record<string, string>, passphrase: string): NonNullable<BackupHeader['secrets']> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt), nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(files), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { salt: salt.toString('base64'), nonce: nonce.toString('base64'), sealed: sealed.toString('base64') };
}

/** Opens what {@link sealFiles} sealed; null when the passphrase is another. */
export function openFiles(
  secrets: NonNullable<BackupHeader['secrets']>,
  passphrase: string,
): Record<string, string> | null {
  const sealed = Buffer.from(secrets.sealed, 'base64');
  const key = keyOf(passphrase, Buffer.from(secrets.salt, 'base64'));
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(secrets.nonce, 'base64'));
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8');
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch {
    // The tag does not fit: another passphrase, or a damaged file. Which of the two cannot be told.
    return null;
  }
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AtollError } from '#server/contract/errors.ts';
import type { Secret } from './secret.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** 32 random bytes as base64url, from the environment of web. */
export type CursorKey = Secret<string>;

/**
 * Seals the place where a page ended into an opaque cursor (AES-256-GCM). `scope` names list, caller, project and
 * filters: the cursor opens nowhere else, so it tells nothing to others and cannot be carried into another list (security.md 31).
 */
export function sealCursor(key: CursorKey, scope: string, place: Record<string, unknown>): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyBytes(key), nonce).setAAD(Buffer.from(scope, 'utf8'));
  const text = Buffer.concat([cipher.update(JSON.stringify(place), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url');
}

/** Opens a cursor. Throws AtollError validation_failed when it was changed or belongs to another list. */
export function openCursor(key: CursorKey, scope: string, cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url');
  try {
    const nonce = bytes.subarray(0, nonceBytes);
    // Without the length Node would take tags of 4 bytes, which can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', keyBytes(key), nonce, { authTagLength: tagBytes })
      .setAAD(Buffer.from(scope, 'utf8'))
      .setAuthTag(bytes.subarray(-tagBytes));
    const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    return JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw new AtollError('validation_failed', 'The cursor is not valid here.', {
      cause,
      fields: [{ pointer: '/cursor', code: 'invalid_cursor', message: 'Begin again without a cursor.' }],
    });
  }
}

function keyBytes(key: CursorKey): Buffer {
  const bytes = Buffer.from(key.reveal(), 'base64url');
  if (bytes.length !== 32) throw new Error('The cursor key must be 32 bytes as base64url.');
  return bytes;
}

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { AtollError } from '#server/contract/errors.ts';
import { openCursor, sealCursor } from './cursor.ts';
import { secret } from './secret.ts';

const newKey = () => secret(randomBytes(32).toString('base64url'));
const place = { value: 'web-1', id: '0190d1f0-0000-7000-8000-000000000001' };

it('gives back the place in the list that it was sealed for', () => {
  const key = newKey();
  const cursor = sealCursor(key, 'instance.list:p1', place);
  expect(openCursor(key, 'instance.list:p1', cursor)).toEqual(place);
  expect(cursor).not.toContain('web-1');
  expect(Buffer.from(cursor, 'base64url').includes('web-1')).toBe(false);
});

it('opens in no other list, with no other key, and with no character changed', () => {
  const key = newKey();
  const cursor = sealCursor(key, 'instance.list:p1', place);
  const refused = (call: () => unknown) =>
    expect(call).toThrow(expect.objectContaining({ code: 'validation_failed' }) as AtollError);
  refused(() => openCursor(key, 'instance.list:p2', cursor));
  refused(() => openCursor(newKey(), 'instance.list:p1', cursor));
  const bytes = Buffer.from(cursor, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    refused(() => openCursor(key, 'instance.list:p1', changed.toString('base64url')));
    refused(() => openCursor(key, 'instance.list:p1', bytes.subarray(0, at).toString('base64url')));
  }
  for (const nonsense of ['', 'x', '!!!', cursor + cursor])
    refused(() => openCursor(key, 'instance.list:p1', nonsense));
});

it('is an AtollError that names the field', () => {
  try {
    openCursor(newKey(), 'a', 'b');
    expect.unreachable();
  } catch (error) {
    expect((error as AtollError).options.fields?.[0]?.pointer).toBe('/cursor');
  }
});

import { expect, it } from 'vitest';
import { constantTimeEqual, newToken, sha256 } from './hash.ts';

it('hashes as FIPS 180-4 says', () => {
  expect(Buffer.from(sha256('abc')).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

it('compares bytes', () => {
  expect(constantTimeEqual(sha256('a'), sha256('a'))).toBe(true);
  expect(constantTimeEqual(sha256('a'), sha256('b'))).toBe(false);
  expect(constantTimeEqual(new Uint8Array(1), new Uint8Array(2))).toBe(false);
});

it('makes tokens of 256 bits, of which the hint shows almost nothing', () => {
  const { token, hash, hint } = newToken('atoll_');
  expect(token).toMatch(/^atoll_[A-Za-z0-9_-]{43}$/);
  expect(hash).toEqual(sha256(token));
  expect(token.startsWith(hint)).toBe(true);
  expect(hint).toHaveLength(10);
  expect(newToken('atoll_').token).not.toBe(token);
});

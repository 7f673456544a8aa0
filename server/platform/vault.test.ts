import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secret } from './secret.ts';
import { lock, unlock, vaultKeyOf } from './vault.ts';

const newKey = () => vaultKeyOf(secret(randomBytes(32).toString('base64url')));
const row = { table: 'totp_credential', id: 'a' } as const;

describe('the vault of the web', () => {
  const key = newKey();

  it('gives back what was locked, and never the same bytes twice', () => {
    const one = lock(key, secret('JBSWY3DPEHPK3PXP'), row);
    const two = lock(key, secret('JBSWY3DPEHPK3PXP'), row);
    expect(unlock(key, one, row).reveal()).toBe('JBSWY3DPEHPK3PXP');
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
    expect(Buffer.from(one).includes('JBSWY3DPEHPK3PXP')).toBe(false);
  });

  it('opens in no other row, with no other key, and not after any bit was changed', () => {
    const locked = lock(key, secret('x'), row);
    expect(() => unlock(key, locked, { ...row, id: 'b' })).toThrow();
    expect(() => unlock(key, locked, { ...row, table: 'identity_provider' })).toThrow();
    expect(() => unlock(newKey(), locked, row)).toThrow(/Locked with key/);
    for (let at = 0; at < locked.length; at++) {
      const changed = locked.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unlock(key, changed, row), `byte ${at}`).toThrow();
    }
    expect(() => unlock(key, locked.slice(0, 20), row)).toThrow('no locked text');
  });
});

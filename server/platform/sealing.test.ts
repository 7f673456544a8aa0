import { expect, it } from 'vitest';
import { newSealingKeys, open, seal, sealingKeysOf } from './sealing.ts';
import { secret } from './secret.ts';

const owner = { ownerType: 'host', ownerId: '0190d1f0-0000-7000-8000-000000000001', purpose: 'ssh-password' };

it('seals for the worker alone', async () => {
  const keys = await newSealingKeys();
  const sealed = await seal(keys.public, secret('hunter2'), owner);
  expect(Buffer.from(sealed).includes('hunter2')).toBe(false);
  const opened = await open(keys.private, sealed, { ...owner, keyId: keys.public.keyId });
  expect(opened.reveal()).toBe('hunter2');
  const again = await seal(keys.public, secret('hunter2'), owner);
  expect(Buffer.from(again).equals(Buffer.from(sealed))).toBe(false);
});

it.each([
  ['another type of owner', { ...owner, ownerType: 'instance' }],
  ['another owner', { ...owner, ownerId: '0190d1f0-0000-7000-8000-000000000002' }],
  ['another purpose', { ...owner, purpose: 'ssh-private-key' }],
  ['parts that are shifted', { ...owner, ownerType: 'host"', purpose: '"ssh-password' }],
])('does not open for %s', async (_, other) => {
  const keys = await newSealingKeys();
  const sealed = await seal(keys.public, secret('hunter2'), owner);
  await expect(open(keys.private, sealed, { ...other, keyId: keys.public.keyId })).rejects.toThrow();
});

it('does not open when any byte was changed or cut, or with another key', async () => {
  const keys = await newSealingKeys();
  const sealed = await seal(keys.public, secret('hunter2'), owner);
  const ref = { ...owner, keyId: keys.public.keyId };
  for (let at = 0; at < sealed.length; at++) {
    const changed = new Uint8Array(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(open(keys.private, changed, ref)).rejects.toThrow();
    await expect(open(keys.private, sealed.subarray(0, at), ref)).rejects.toThrow();
  }
  const others = await newSealingKeys();
  await expect(open({ ...others.private, keyId: keys.public.keyId }, sealed, ref)).rejects.toThrow();
  await expect(open(others.private, sealed, ref)).rejects.toThrow(keys.public.keyId);
});

it('finds the public key that belongs to a private one', async () => {
  const keys = await newSealingKeys();
  expect(sealingKeysOf(keys.private.privateKey).public).toEqual(keys.public);
});

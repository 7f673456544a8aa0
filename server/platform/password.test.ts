import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

it('knows the password again, and no other', async () => {
  const hash = await hashPassword('correct horse battery staple');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword('correct horse battery staple', hash)).toBe(true);
  expect(await verifyPassword('correct horse battery stapl', hash)).toBe(false);
  expect(await hashPassword('correct horse battery staple')).not.toBe(hash);
});

it('takes the same characters however they were typed', async () => {
  expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
});

it('keeps the parameters of older hashes', async () => {
  // The test vector of the reference implementation: password, somesalt, m=65536, t=2, p=1.
  const vector = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await verifyPassword('password', vector)).toBe(true);
});

it('does the same work for a user who is not there, and says no', async () => {
  expect(await verifyPassword('correct horse battery staple', null)).toBe(false);
});

it('refuses a stored hash of another kind', async () => {
  await expect(verifyPassword('x', '$2b$10$abcdefghijklmnopqrstuv')).rejects.toThrow('not Argon2id');
});

import ssh2 from 'ssh2';
import { afterEach, expect, it, vi } from 'vitest';
import { makeSshKeyPair, publicKeyOf } from './key-pair.ts';

afterEach(() => vi.restoreAllMocks());

it('makes a pair whose halves belong together', () => {
  const { publicKey, privateKey, fingerprint } = makeSshKeyPair('atoll');
  expect(publicKey).toMatch(/^ssh-ed25519 \S+ atoll$/);
  expect(publicKeyOf(privateKey)).toEqual({ publicKey, fingerprint });
});

it('makes another when the library gives one that cannot be read, as it does now and then', () => {
  const make = ssh2.utils.generateKeyPairSync;
  const broken = {
    public: 'ssh-ed25519 AAAA',
    private: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
  };
  const spy = vi.spyOn(ssh2.utils, 'generateKeyPairSync').mockReturnValueOnce(broken).mockImplementation(make);
  expect(makeSshKeyPair('atoll').publicKey).toMatch(/^ssh-ed25519 /);
  expect(spy.mock.calls.length).toBeGreaterThan(1);
});

import { describe, expect, it } from 'vitest';
import { formsOf, maskSecrets } from './mask-secrets.ts';

const known = (...secrets: string[]) => new Set(secrets.flatMap(formsOf));

describe('maskSecrets', () => {
  it.each([
    ['a known secret', 'login with hunter22 failed', 'login with *** failed'],
    ['its base64', `got ${Buffer.from('hunter22').toString('base64')}`, 'got ***'],
    ['credentials in a URL', 'GET https://me:pw@host/x', 'GET https://me:***@host/x'],
    ['a bearer token', 'Authorization: Bearer abc.def-ghi_jkl', 'Authorization: Bearer ***'],
    ['an assignment', 'password="other" user=x', 'password="***" user=x'],
    [
      'a private key',
      'x\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n-----END OPENSSH PRIVATE KEY-----\ny',
      'x\n***\ny',
    ],
    ['a private key that was cut', '-----BEGIN PRIVATE KEY-----\nb3Blbn', '***'],
  ])('masks %s', (_name, text, expected) => {
    expect(maskSecrets(text, known('hunter22'))).toBe(expected);
  });

  it('masks each line of a secret of many lines', () => {
    expect(maskSecrets('saw second-line here', known('first-line\nsecond-line'))).toBe('saw *** here');
  });

  it('leaves ordinary text alone, and ignores secrets too short to be one', () => {
    const text = 'The token bucket is full; a port of host-1 is taken.';
    expect(maskSecrets(text, known('a'))).toBe(text);
  });
});

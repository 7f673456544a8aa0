import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeSeed } from './make-seed.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)} someone@laptop`;
const base = { instanceId: '0199d5a0-0000-7000-8000-000000000001', hostname: 'web-1', sshKeys: [key], userData: null };

test('the meta-data is what a small reader of NoCloud expects, one key a line', () => {
  const { metaData, userData } = makeSeed(base);
  expect(metaData.split('\n')).toEqual([
    `instance-id: "${base.instanceId}"`,
    'local-hostname: "web-1"',
    'public-keys:',
    `  - "${key}"`,
    '',
  ]);
  expect(parse(userData)).toEqual({});
});

test('user-data goes through byte for byte', () => {
  for (const userData of [
    '#!/bin/sh\necho "a: b"\n',
    '#cloud-config\nhostname: other\n',
    'Content-Type: multipart/mixed',
  ])
    expect(makeSeed({ ...base, userData }).userData).toBe(userData);
});

test('property: no text can add a key or leave its value', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'a\nruncmd:\n - x',
      '&a !!binary x',
      '*a',
      '"',
      "'",
      '\\n',
      '# x',
      '- -',
      'yes',
      '1e3',
      '---\na: b',
    ),
  );
  fc.assert(
    fc.property(hostile, fc.array(hostile, { maxLength: 4 }), (hostname, sshKeys) => {
      expect(parse(makeSeed({ ...base, hostname, sshKeys }).metaData)).toEqual({
        'instance-id': base.instanceId,
        'local-hostname': hostname,
        'public-keys': sshKeys,
      });
    }),
  );
});

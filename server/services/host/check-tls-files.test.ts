import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AtollError } from '#server/contract/errors.ts';
import { runCommand } from '#server/testing/lab/run-command.ts';
import { checkTlsFiles } from './check-tls-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'atoll-tls-'));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const issue = async (name: string): Promise<void> => {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    join(folder, `${name}.key`),
  ];
  const rest = ['-days', '1', '-subj', `/CN=${name}`, '-out', join(folder, `${name}.crt`)];
  await runCommand(['openssl', 'req', '-x509', ...key, ...rest]);
};

beforeAll(async () => {
  await issue('one');
  await issue('other');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The pointers that are refused. */
function refused(files: { ca: string; cert: string; key: string }): string[] {
  try {
    checkTlsFiles(files);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(AtollError);
    return ((error as AtollError).options.fields ?? []).map(({ pointer }) => pointer);
  }
}

it('takes a certificate with its own key', () => {
  expect(refused({ ca: read('other.crt'), cert: read('one.crt'), key: read('one.key') })).toEqual([]);
});

it('refuses the key of another certificate, at the key', () => {
  expect(refused({ ca: read('one.crt'), cert: read('one.crt'), key: read('other.key') })).toEqual(['/connection/key']);
});

it('names each file that cannot be read', () => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
  const files = { ca: broken, cert: broken, key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' };
  expect(refused(files)).toEqual(['/connection/ca', '/connection/cert', '/connection/key']);
});

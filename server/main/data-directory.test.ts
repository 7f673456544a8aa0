import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareDataDirectory, readSecrets } from './data-directory.ts';
import { webEnv, workerEnv } from './process-env.ts';
import { readStartOptions } from './start-options.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-data-'));
});
afterAll(() => rm(root, { recursive: true }));

it('secrets are made once, each in a file that only we can read', async () => {
  const directory = await prepareDataDirectory(root);
  const first = await readSecrets(directory);
  const again = await readSecrets(await prepareDataDirectory(root));
  expect(again.sealing.public).toEqual(first.sealing.public);
  expect(again.ssh).toMatchObject({ publicKey: first.ssh.publicKey, fingerprint: first.ssh.fingerprint });
  expect(again.workerPassword.reveal()).toBe(first.workerPassword.reveal());
  const names = await readdir(directory.secrets);
  expect(names.sort()).toEqual([
    'cursor-key',
    'database-web-password',
    'database-worker-password',
    'sealing-key',
    'ssh-key',
    'web-key',
  ]);
  for (const name of names) expect((await stat(join(directory.secrets, name))).mode & 0o777).toBe(0o600);
  for (const folder of [directory.secrets, directory.images, directory.uploads])
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

it('the environment of the web holds nothing that opens a sealed secret or reaches as the worker or the owner', async () => {
  const directory = await prepareDataDirectory(root);
  const secrets = await readSecrets(directory);
  const options = readStartOptions(['--data', root], {})!;
  const env = {
    NODE_ENV: 'production',
    PATH: '/bin',
    DATABASE_URL: 'postgresql://owner:secret@db/atoll',
    HOME: '/root',
  } as const;
  const given = { options, directory, secrets, env, startId: 'start' };
  const web = webEnv(given, 'postgresql://web@db/atoll');
  const text = JSON.stringify(web);
  for (const secret of [secrets.sealing.private.privateKey, secrets.workerPassword, secrets.ssh.privateKey])
    expect(text).not.toContain(secret.reveal());
  expect(Object.keys(web).sort()).toEqual([
    'ATOLL_CURSOR_KEY',
    'ATOLL_DATA_DIR',
    'ATOLL_LISTEN',
    'ATOLL_ORIGIN',
    'ATOLL_PORT',
    'ATOLL_START_ID',
    'ATOLL_TRUSTED_PROXIES',
    'ATOLL_WEB_DATABASE_URL',
    'ATOLL_WEB_KEY',
    'NEXT_TELEMETRY_DISABLED',
    'NODE_ENV',
    'PATH',
  ]);
  const worker = workerEnv(given, 'postgresql://worker@db/atoll');
  expect(worker.ATOLL_SEALING_KEY).toBe(secrets.sealing.private.privateKey.reveal());
  expect(worker.DATABASE_URL).toBeUndefined();
});

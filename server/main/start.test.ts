import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockDirectory } from '#server/platform/postgres/lock-directory.ts';
import { prepareDataDirectory } from './data-directory.ts';

const run = promisify(execFile);
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-start-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Runs a script of this folder to its end. */
async function script(name: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const flags = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, name), ...args];
  const env = { ...process.env, DATABASE_URL: '' };
  return run(process.execPath, flags, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

it('a second start on one data directory refuses, and names the first', async () => {
  await prepareDataDirectory(root);
  const lock = await lockDirectory(root);
  const { code, stderr } = await script('start.ts', ['--data', root, '--port', '3999']);
  await lock.release();
  expect(code).toBe(1);
  expect(stderr).toContain(`${root} is in use by process ${process.pid}`);
});

it('mistakes on the command line are answered with what to type', async () => {
  const start = await script('start.ts', ['--port', 'many']);
  expect(start).toMatchObject({ code: 1 });
  expect(start.stderr).toContain('a port is a number from 1 to 65535');
  expect(start.stderr).toContain('Usage: npm start');
  const unknown = await script('atoll.ts', ['--data', root, 'fly']);
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain('There is no command "fly"');
  const nowhere = await script('atoll.ts', ['--data', join(root, 'nowhere'), 'doctor']);
  expect(nowhere.stderr).toContain('There is no data of Atoll');
  expect((await script('atoll.ts', ['--help'])).stdout).toContain('token create --user EMAIL');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SupervisedProcess } from './supervised-process.ts';

let root: string;
let script: string;
let pids: string;
const patience = { timeout: 30_000, interval: 50 };
const env = { NODE_ENV: 'test', PATH: process.env.PATH } as const;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-supervised-'));
  script = join(root, 'child.mjs');
  pids = join(root, 'pids');
  await writeFile(
    script,
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(pids)}, process.pid + ' ' + Object.keys(process.env).sort().join() + '\\n');
     setInterval(() => undefined, 1000);`,
  );
});
afterAll(() => rm(root, { recursive: true }));

const lives = async () => (await readFile(pids, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
const pidOf = (life: string | undefined): number => Number(life?.split(' ')[0]);
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: it is gone.
    return false;
  }
};

it('starts a process again that dies, with the environment it was given and no other, and stops it for good', async () => {
  const said: string[] = [];
  const supervised = new SupervisedProcess({ name: 'child', script, env, log: (line) => said.push(line) });
  supervised.start();
  await vi.waitFor(async () => expect(await lives()).toHaveLength(1), patience);
  process.kill(pidOf((await lives())[0]), 'SIGKILL');
  await vi.waitFor(async () => expect(await lives()).toHaveLength(2), patience);
  expect(said).toEqual([expect.stringContaining('The child process ended with SIGKILL')]);
  expect((await lives())[1]).toMatch(/ NODE_ENV,PATH$/);
  await supervised.stop();
  expect(isAlive(pidOf((await lives())[1]))).toBe(false);
  expect(await lives()).toHaveLength(2);
});

it('ends with whoever started it, even by kill -9', async () => {
  await rm(pids, { force: true });
  const parent = `import { SupervisedProcess } from ${JSON.stringify(join(import.meta.dirname, 'supervised-process.ts'))};
    new SupervisedProcess({ name: 'child', script: ${JSON.stringify(script)}, env: process.env, log: console.log }).start();`;
  const file = join(root, 'parent.ts');
  await writeFile(file, parent);
  const starter = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    cwd: join(import.meta.dirname, '../..'),
    env,
    stdio: 'inherit',
  });
  await vi.waitFor(async () => expect(await lives()).toHaveLength(1), patience);
  const pid = pidOf((await lives())[0]);
  starter.kill('SIGKILL');
  await once(starter, 'exit');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
});

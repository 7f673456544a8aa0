import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConsoleWorld, startConsoleWorld } from '#server/testing/console-world.ts';

/* `npm run atoll -- exec|console` as a process of its own, against a running web and worker. */

let world: ConsoleWorld;
let token: string;
beforeAll(async () => {
  world = await startConsoleWorld();
  token = await world.web.tokenOf(world.ownerId, ['instance:read', 'instance:console', 'project:read']);
  await mkdir(join(world.web.app.dataDir, 'secrets'), { recursive: true });
});
afterAll(() => world.stop());

function atoll(args: string[], input: string, env: Record<string, string> = { ATOLL_TOKEN: token }) {
  const script = join(import.meta.dirname, '../atoll.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    env: { NODE_ENV: 'test', PATH: process.env.PATH ?? '', ATOLL_ORIGIN: world.web.url, ...env },
    cwd: world.web.app.dataDir,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  child.stdin.write(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { said, ended, child };
}

test('exec passes input and output through, and ends with the exit code of the command', async () => {
  const { said, ended } = atoll(['--data', '.', 'exec', 'box', '--', 'sh', '--json'], 'some words\nexit 9\n');
  expect(await ended).toBe(9);
  expect(said).toEqual({ stdout: 'some words\nexit 9\n', stderr: '' });
  const opened = world.containers.consoles.get(world.container.id)?.at(-1);
  expect(opened?.target).toMatchObject({ kind: 'exec', command: ['sh', '--json'], tty: false });
});

test('console joins the serial console of a VM, and says when it is taken away', async () => {
  const { said, ended } = atoll(['--data', '.', 'console', 'vm', `--project=${world.projectId}`], 'hello');
  await expect.poll(() => said.stdout, { timeout: 30_000 }).toBe('hello');
  world.vms.consoles.get(world.vm.id)?.at(-1)?.lose({ end: 'taken_over' });
  expect(await ended).toBe(1);
  expect(said.stderr).toContain('Somebody else has taken the console');
});

test('says what is missing', async () => {
  const without = atoll(['--data', '.', 'console', 'vm'], '', {});
  expect(await without.ended).toBe(2);
  expect(without.said.stderr).toContain('ATOLL_TOKEN');
  const unknown = atoll(['--data', '.', 'console', 'nothing'], '');
  expect(await unknown.ended).toBe(2);
  expect(unknown.said.stderr).toContain('no instance called nothing');
});

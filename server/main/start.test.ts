import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockDirectory } from '#server/platform/postgres/lock-directory.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { requirePort } from './require-port.ts';
import { startIdHeader, waitForHealth } from './wait-for-health.ts';

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

/** Listens on a free port of this machine until it is told to close. */
async function hold(answer: RequestListener): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** The health of an Atoll of another start. */
const otherAtoll: RequestListener = (_, response) => {
  response.setHeader('content-type', 'application/json');
  response.setHeader(startIdHeader, 'theirs');
  response.end(JSON.stringify({ status: 'ok', version: '9.8.7' }));
};

it('a port that another Atoll has is refused by name, before anything is started', async () => {
  const held = await hold(otherAtoll);
  const { code, stdout, stderr } = await script('start.ts', ['--data', join(root, 'second'), '--port', `${held.port}`]);
  await held.close();
  expect(code).toBe(1);
  expect(stdout).not.toContain('ready');
  expect(stdout).not.toContain('Starting PostgreSQL');
  expect(stderr).toContain(`port ${held.port} of 127.0.0.1 is taken by another Atoll (version 9.8.7)`);
  expect(stderr).toContain(`process ${process.pid}`);
});

it('a port that some other program has is refused, too', async () => {
  const held = await hold((_, response) => response.end('<html>'));
  const { code, stderr } = await script('start.ts', ['--data', join(root, 'third'), '--port', `${held.port}`]);
  await held.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`is taken by another program, process ${process.pid}`);
});

it('the health of another start is not taken for ours', async () => {
  const held = await hold(otherAtoll);
  const asked = { port: held.port, listen: '127.0.0.1', signal: new AbortController().signal };
  await expect(waitForHealth({ ...asked, startId: 'ours' })).rejects.toThrow('taken by another Atoll');
  await waitForHealth({ ...asked, startId: 'theirs' });
  await held.close();
});

it('a port that is given back in time is taken', async () => {
  const held = await hold(otherAtoll);
  const { signal } = new AbortController();
  const waiting = requirePort(held.port, '127.0.0.1', signal);
  await held.close();
  await waiting;
  await expect(requirePort(held.port, '192.0.2.1', signal)).rejects.toThrow('192.0.2.1 is no address of this machine');
});

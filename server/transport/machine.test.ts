import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { constantScript } from './constant-script.ts';
import { LocalMachine } from './local/local-machine.ts';
import type { Machine } from './machine.ts';
import { connectSsh } from './ssh/connect-ssh.ts';

/** The machine may be busy with other tests. */
const patience = { timeout: 30_000 };

let host: LabHost;
let folder: string;

beforeAll(async () => {
  host = await startHost({ name: 'machine', engines: [] });
  folder = await mkdtemp(join(tmpdir(), 'atoll-machine-'));
});
afterAll(async () => {
  await host?.stop();
  await rm(folder, { recursive: true, force: true });
});

const kinds: [string, () => Promise<Machine>][] = [
  ['this machine', async () => new LocalMachine()],
  [
    'a machine over SSH',
    () =>
      connectSsh({
        ...host.info.ssh,
        credential: { type: 'private-key', privateKey: host.info.ssh.privateKey },
      }),
  ],
];

describe.each(kinds)('%s', (_kind, connect) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await connect();
  });
  afterAll(() => machine?.close());

  test('carries bytes to a unix socket and back, and both ends', async () => {
    const path = join(folder, `echo-${_kind.length}.sock`);
    const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(path);
    const socket = await machine.openUnixSocket(path);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const sent = Buffer.alloc(3_000_000, 'abcdefghijk');
    socket.write(sent);
    await expect.poll(() => chunks.reduce((sum, chunk) => sum + chunk.length, 0), patience).toBe(sent.length);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);

    socket.end();
    await once(socket, 'close');
    server.close();
  });

  test('a socket closes when the peer ends it', async () => {
    const path = join(folder, `end-${_kind.length}.sock`);
    const server = net.createServer((socket) => socket.end('bye')).listen(path);
    const socket = await machine.openUnixSocket(path);
    const said = once(socket, 'data');
    const closed = once(socket, 'close');
    expect(String(await said)).toBe('bye');
    await closed;
    server.close();
  });

  test('a socket that nobody serves is refused, one that is not there is not found', async () => {
    const path = join(folder, `dead-${_kind.length}.sock`);
    const leave = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', leave, path], { stdio: 'ignore' }), 'exit');
    await expect(machine.openUnixSocket(path)).rejects.toMatchObject({ sent: false, code: 'refused' });
    const missing = machine.openUnixSocket(join(folder, 'nobody.sock'));
    await expect(missing).rejects.toMatchObject({ sent: false, code: 'not_found' });
  });

  test('a script gets its data on stdin and answers code, stdout and stderr', async () => {
    const script = constantScript`read -r line; printf '%s\n' "it's <$line>"; echo oops >&2; exit 3`;
    const result = await machine.runScript(script, { stdin: '$(touch /tmp/x) `y` \\n\n', timeoutMs: 20_000 });
    expect(result).toEqual({ code: 3, stdout: "it's <$(touch /tmp/x) `y` \\n>\n", stderr: 'oops\n' });
  });

  test('a script that dies by a signal says which', async () => {
    const result = await machine.runScript(constantScript`kill -TERM $$`, { timeoutMs: 20_000 });
    expect(result.code).toBe(128 + 15);
  });

  test('a script need not read its stdin', async () => {
    const result = await machine.runScript(constantScript`true`, { stdin: 'x'.repeat(1_000_000), timeoutMs: 20_000 });
    expect(result.code).toBe(0);
  });

  test('twenty scripts at once all come through', async () => {
    const runs = Array.from({ length: 20 }, (_, i) =>
      machine.runScript(constantScript`sleep 0.05; cat`, { stdin: String(i), timeoutMs: 20_000 }),
    );
    expect((await Promise.all(runs)).map((run) => run.stdout)).toEqual(runs.map((_, i) => String(i)));
  });

  test('a script that is given up is killed', async () => {
    const pidFile = join(folder, `pid-${_kind.length}`);
    const script = constantScript`read -r path; echo $$ >"$path"; exec sleep 1000`;
    const running = machine.runScript(script, { stdin: `${pidFile}\n`, timeoutMs: 700 });
    await expect(running).rejects.toMatchObject({ code: 'timeout', sent: true });
    const ask = constantScript`read -r path; kill -0 "$(cat "$path")" 2>/dev/null && echo alive || echo gone`;
    await expect
      .poll(async () => (await machine.runScript(ask, { stdin: `${pidFile}\n`, timeoutMs: 20_000 })).stdout, patience)
      .toBe('gone\n');
  });

  test('a script that prints without end is stopped', async () => {
    const running = machine.runScript(constantScript`yes`, { timeoutMs: 10_000, maxOutputBytes: 100_000 });
    await expect(running).rejects.toMatchObject({ code: 'too_large' });
  });

  test('an aborted script says so', async () => {
    const stopped = new AbortController();
    const running = machine.runScript(constantScript`sleep 1000`, { timeoutMs: 60_000, signal: stopped.signal });
    await Promise.all([
      expect(running).rejects.toMatchObject({ code: 'aborted' }),
      setTimeout(100).then(() => stopped.abort()),
    ]);
  });

  test('reads files, those of /proc too', async () => {
    const path = join(folder, 'bytes');
    await writeFile(path, Buffer.from([0, 255, 10, 128]));
    expect([...(await machine.readFile(path, { maxBytes: 4 }))]).toEqual([0, 255, 10, 128]);
    expect(String(await machine.readFile('/proc/version', { maxBytes: 10_000 }))).toContain('Linux');
  });

  test('a file that is missing or too large is an error', async () => {
    const path = join(folder, 'large');
    await writeFile(path, 'x'.repeat(200_000));
    await expect(machine.readFile(path, { maxBytes: 199_999 })).rejects.toMatchObject({ code: 'too_large' });
    await expect(machine.readFile(join(folder, 'none'), { maxBytes: 1 })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('closing ends its sockets and refuses further calls', async () => {
    const other = await connect();
    const path = join(folder, `close-${_kind.length}.sock`);
    const server = net.createServer((socket) => socket.resume()).listen(path);
    const socket = await other.openUnixSocket(path);
    const closed = once(socket, 'close');
    const told: unknown[] = [];
    other.onClose((error) => told.push(error));
    other.close();
    other.close();
    await closed;
    expect(told).toEqual([null]);
    await expect(other.openUnixSocket(path)).rejects.toMatchObject({ code: 'aborted', sent: false });
    server.close();
  });
});

test('a script with data in it cannot be made', () => {
  const data = 'rm -rf /' as never;
  expect(() => constantScript`echo ${data}`).toThrow(TypeError);
  expect(() => constantScript(Object.assign(['true'], { raw: ['true'] }))).toThrow(TypeError);
});

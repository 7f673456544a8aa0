import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { CallOptions, ConsoleTarget, ContainerSpec, HostConsole, InstanceRef, LogLine } from '../driver.ts';
import { DockerDriver } from './docker-driver.ts';
import { containerName } from './labels.ts';

/* Terminals and logs of real containers. */

let host: LabHost;
let driver: DockerDriver;
const options = (timeoutMs = 60_000): CallOptions => ({ signal: new AbortController().signal, timeoutMs });
const within = { timeout: 30_000 };

beforeAll(async () => {
  host = await startHost({ name: 'docker-console', engines: ['docker'] });
  driver = new DockerDriver({ type: 'machine', machine: new LocalMachine(), socketPath: host.info.dockerSocketPath });
});
afterAll(async () => {
  await driver?.close();
  await host?.stop();
});

async function run(command: string[], tty = false): Promise<InstanceRef> {
  const tag = { instanceId: randomUUID(), projectId: randomUUID(), operationId: randomUUID(), generation: 1 };
  const spec: ContainerSpec = {
    kind: 'container',
    tag,
    name: 'app',
    hostname: 'app',
    vcpus: 1,
    memoryMiB: 64,
    imageRef: 'busybox:latest',
    command,
    entrypoint: null,
    env: {},
    ports: [],
    volumes: [],
    network: 'none',
    restartPolicy: 'no',
    workingDir: null,
    user: null,
    tty,
  };
  const ref = { id: tag.instanceId, projectId: tag.projectId, generation: 1 };
  await driver.defineInstance(spec, options());
  await driver.startInstance(ref, options());
  return ref;
}

/** What a console prints, as it comes. */
function printed(console: HostConsole): { text: string; closed: boolean } {
  const seen = { text: '', closed: false };
  console.stream.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString();
  });
  console.stream.once('close', () => {
    seen.closed = true;
  });
  console.stream.once('end', () => console.stream.destroy());
  return seen;
}

const shell = (more: Partial<ConsoleTarget & { kind: 'exec' }> = {}): ConsoleTarget => ({
  kind: 'exec',
  command: null,
  user: null,
  workingDir: null,
  tty: true,
  columns: 80,
  rows: 24,
  ...more,
});

describe('exec', () => {
  test('starts the first shell that is there, with a size that follows and an exit code', async () => {
    const ref = await run(['sleep', '1000']);
    const console = await driver.openConsole(ref, shell({ columns: 101, rows: 31 }), options());
    const seen = printed(console);
    console.stream.write('stty size; echo "$TERM"; tty\n');
    await expect.poll(() => seen.text, within).toContain('31 101');
    await expect.poll(() => seen.text, within).toContain('xterm-256color');
    await console.resize?.(132, 43);
    console.stream.write('stty size\n');
    await expect.poll(() => seen.text, within).toContain('43 132');
    console.stream.write('exit 3\n');
    await expect.poll(() => seen.closed, within).toBe(true);
    expect(await console.outcome()).toEqual({ end: 'exited', exitCode: 3 });
    await driver.undefineInstance(ref, options());
  });

  test('runs one command as another user in another folder, and hears the end of its input', async () => {
    const ref = await run(['sleep', '1000']);
    const command = ['sh', '-c', 'id -u; pwd; cat; echo error >&2; exit 5'];
    const target = shell({ command, user: '65534', workingDir: '/tmp', tty: false });
    const console = await driver.openConsole(ref, target, options());
    const seen = printed(console);
    console.stream.end('typed\n');
    await expect.poll(() => seen.closed, within).toBe(true);
    expect(seen.text).toBe('65534\n/tmp\ntyped\nerror\n');
    expect(await console.outcome()).toEqual({ end: 'exited', exitCode: 5 });
    await driver.undefineInstance(ref, options());
  });

  test('tells why it cannot', async () => {
    const ref = await run(['sleep', '1000']);
    await driver.forceOff(ref, options());
    await expect(driver.openConsole(ref, shell(), options())).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(driver.openConsole(ref, { kind: 'vnc' }, options())).rejects.toMatchObject({ code: 'state_conflict' });
    await driver.undefineInstance(ref, options());
    await expect(driver.openConsole(ref, shell(), options())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('holds back a process that prints faster than is read', async () => {
    const ref = await run(['sleep', '1000']);
    const target = shell({ command: ['sh', '-c', 'dd if=/dev/zero bs=1M count=64 2>/dev/null; echo end >/tmp/end'] });
    const console = await driver.openConsole(ref, { ...target, tty: false } as ConsoleTarget, options());
    const isThrough = () => host.docker(['exec', containerName(ref.id), 'ls', '/tmp']);
    expect(console.stream.readableLength).toBeLessThan(1_000_000);
    expect(await isThrough()).not.toContain('end');
    let bytes = 0;
    for await (const chunk of console.stream as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBe(64 * 1024 * 1024);
    await expect.poll(isThrough, within).toContain('end');
    await driver.undefineInstance(ref, options());
  });
});

describe('attach', () => {
  test('joins the process of the container, and ends with it', async () => {
    const ref = await run(['sh', '-c', 'while sleep 0.2; do echo tick; [ -e /tmp/stop ] && exit 4; done'], true);
    const console = await driver.openConsole(ref, { kind: 'attach' }, options());
    const seen = printed(console);
    await expect.poll(() => seen.text, within).toContain('tick');
    await host.docker(['exec', containerName(ref.id), 'touch', '/tmp/stop']);
    await expect.poll(() => seen.closed, within).toBe(true);
    await expect.poll(() => console.outcome(), within).toEqual({ end: 'exited', exitCode: 4 });
    await driver.undefineInstance(ref, options());
  });
});

describe('a log', () => {
  const open = (ref: InstanceRef, wanted: object, stop = new AbortController().signal) =>
    driver.openLog(ref, { follow: false, since: null, until: null, tail: null, ...wanted }, { ...options(), stop });
  const all = async (lines: AsyncIterable<LogLine>) => {
    const read: LogLine[] = [];
    for await (const line of lines) read.push(line);
    return read;
  };

  test('tells both streams and times apart, its tail, and what came since', async () => {
    const ref = await run(['sh', '-c', 'echo one; sleep 1; echo two >&2; sleep 1; echo три; sleep 1000']);
    await expect.poll(async () => (await all(await open(ref, {}))).length, within).toBe(3);
    const lines = await all(await open(ref, {}));
    expect(lines.map(({ stream, text }) => [stream, text])).toEqual([
      ['stdout', 'one'],
      ['stderr', 'two'],
      ['stdout', 'три'],
    ]);
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-.*\.\d{9}Z$/);
    expect((await all(await open(ref, { tail: 1 }))).map(({ text }) => text)).toEqual(['три']);
    const since = new Date(Date.parse(lines[1]?.time ?? '') + 1);
    expect((await all(await open(ref, { since }))).map(({ text }) => text)).toEqual(['три']);
    expect((await all(await open(ref, { until: since }))).map(({ text }) => text)).toEqual(['one', 'two']);
    await driver.undefineInstance(ref, options());
  });

  test('is followed until it is left or the container ends', async () => {
    const ref = await run(['sh', '-c', 'n=0; while [ ! -e /tmp/stop ]; do echo $((n=n+1)); sleep 0.1; done']);
    const stop = new AbortController();
    let count = 0;
    for await (const { text } of await open(ref, { follow: true }, stop.signal)) {
      count += 1;
      expect(text).toBe(String(count));
      if (count === 5) stop.abort();
    }
    expect(count).toBeGreaterThanOrEqual(5);
    const following = all(await open(ref, { follow: true, tail: 0 }));
    await host.docker(['exec', containerName(ref.id), 'touch', '/tmp/stop']);
    await following;
    await driver.undefineInstance(ref, options());
  });
});

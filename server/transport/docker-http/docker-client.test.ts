import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { KeptMachine } from '../kept-machine.ts';
import { LocalMachine } from '../local/local-machine.ts';
import type { Machine } from '../machine.ts';
import { connectSsh } from '../ssh/connect-ssh.ts';
import { chooseApiVersion } from './api-version.ts';
import type { DockerEndpoint } from './docker-agent.ts';
import { DockerClient } from './docker-client.ts';
import { dockerPath } from './docker-path.ts';
import { readProgress } from './read-progress.ts';
import { startRegistry } from './testing/start-registry.ts';
import { makeCa, makeClientFiles, openTlsPort } from './testing/tls-daemon.ts';

const limits = { timeoutMs: 15_000 };
const local = new LocalMachine();
let host: LabHost;
let ssh: Machine;
let tls: Awaited<ReturnType<typeof openTlsPort>>;
let registry: Awaited<ReturnType<typeof startRegistry>>;

beforeAll(async () => {
  host = await startHost({ name: 'docker-http', engines: ['docker'] });
  const { privateKey } = host.info.ssh;
  ssh = await connectSsh({ ...host.info.ssh, credential: { type: 'private-key', privateKey } });
  tls = await openTlsPort(host);
  registry = await startRegistry(host);
});
afterAll(async () => {
  ssh?.close();
  tls?.stop();
  registry?.stop();
  await host?.stop();
});

const tlsEndpoint = (files = tls.client): DockerEndpoint => ({
  type: 'tls',
  host: '127.0.0.1',
  port: tls.port,
  ...files,
});
const endpoints: [string, () => DockerEndpoint][] = [
  ['a unix socket here', () => ({ type: 'machine', machine: local, socketPath: host.info.dockerSocketPath })],
  ['a unix socket over SSH', () => ({ type: 'machine', machine: ssh, socketPath: '/run/docker.sock' })],
  ['TLS with certificates', tlsEndpoint],
];

describe.each(endpoints)('Docker on %s', (_name, endpoint) => {
  let docker: DockerClient;
  beforeAll(() => {
    docker = new DockerClient(endpoint());
  });
  afterAll(() => docker?.close());

  test('agrees on a version', async () => {
    expect(await docker.version(limits)).toMatchObject({
      spoken: '1.41',
      components: expect.arrayContaining(['Engine']),
    });
  });

  test('answers many calls at once', async () => {
    const list = () =>
      docker.request({ method: 'GET', path: dockerPath`/containers/json`, query: { all: true } }, limits);
    const answers = await Promise.all(Array.from({ length: 100 }, list));
    expect(answers.every(({ status, body }) => status === 200 && Array.isArray(body))).toBe(true);
  });

  test('creates, finds and removes; says no in the words of the daemon', async () => {
    const name = `made-${_name.length}`;
    const create = {
      method: 'POST',
      path: dockerPath`/containers/create`,
      query: { name },
      body: { Image: 'busybox' },
    } as const;
    expect((await docker.request(create, limits)).status).toBe(201);
    await expect(docker.request(create, limits)).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining(name),
    });
    const inspect = { method: 'GET', path: dockerPath`/containers/${name}/json` } as const;
    expect((await docker.request(inspect, limits)).body).toMatchObject({ Name: `/${name}` });
    expect((await docker.request({ method: 'POST', path: dockerPath`/containers/${name}/stop` }, limits)).status).toBe(
      304,
    );
    expect((await docker.request({ method: 'DELETE', path: dockerPath`/containers/${name}` }, limits)).status).toBe(
      204,
    );
    await expect(docker.request(inspect, limits)).rejects.toMatchObject({ name: 'DockerError', status: 404 });
  });

  test('loads a tar of some megabytes and pulls, to the end of the stream', async () => {
    const tar = await host.runInside([
      'sh',
      '-c',
      'docker -H unix:///run/docker.sock save busybox:latest | base64 -w0',
    ]);
    const bytes = Buffer.from(tar, 'base64');
    const printed: string[] = [];
    const load = await docker.stream(
      { method: 'POST', path: dockerPath`/images/load`, tar: Readable.from([bytes]) },
      limits,
    );
    await readProgress(load, (message) => printed.push(message.stream ?? ''));
    expect(printed.join('')).toContain('Loaded image: busybox:latest');

    const pull = await docker.stream(
      { method: 'POST', path: dockerPath`/images/create`, query: { fromImage: registry.ref } },
      limits,
    );
    const statuses: string[] = [];
    await readProgress(pull, (message) => statuses.push(message.status ?? ''));
    expect(statuses.join('\n')).toMatch(/Downloaded newer image|Image is up to date/);
    expect(await host.docker(['images', '-q', registry.ref])).not.toBe('');
  });

  test('a pull of what is not there fails', async () => {
    const pull = async (fromImage: string) => {
      const query = { fromImage, tag: 'none' };
      const lines = await docker.stream({ method: 'POST', path: dockerPath`/images/create`, query }, limits);
      await readProgress(lines, () => undefined);
    };
    await expect(pull('127.0.0.1:5000/lib/busybox')).rejects.toMatchObject({ name: 'DockerError' });
    await expect(pull('127.0.0.1:1/nobody/here')).rejects.toMatchObject({ name: 'DockerError' });
  });

  test('works again after the daemon was killed and started', async () => {
    const list = () => docker.request({ method: 'GET', path: dockerPath`/containers/json` }, limits);
    await list();
    await host.signalDaemon('docker', 'KILL');
    await expect(list()).rejects.toMatchObject({ name: 'TransportError', code: expect.stringMatching(/refused|lost/) });
    await host.startDaemon('docker');
    expect((await list()).status).toBe(200);
  });

  test('gives up on a daemon that hangs, and an abort is told apart', async () => {
    await docker.version(limits);
    await host.signalDaemon('docker', 'STOP');
    try {
      const create = (more: object) =>
        docker.request({ method: 'POST', path: dockerPath`/containers/create` }, { timeoutMs: 300, ...more });
      await expect(create({})).rejects.toMatchObject({ code: 'timeout', sent: true });
      await expect(create({ timeoutMs: 9_000, signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
        code: 'aborted',
      });
    } finally {
      await host.signalDaemon('docker', 'CONT');
    }
  });
});

test('a host key that has changed is told as such, with the key that was offered', async () => {
  const { privateKey, hostKeyFingerprint } = host.info.ssh;
  const target = { ...host.info.ssh, hostKeyFingerprint: 'SHA256:another' };
  const machine = new KeptMachine({
    label: 'changed',
    connect: (signal) => connectSsh({ ...target, credential: { type: 'private-key', privateKey } }, { signal }),
  });
  const docker = new DockerClient({ type: 'machine', machine, socketPath: '/run/docker.sock' });
  const asked = docker.request({ method: 'POST', path: dockerPath`/containers/prune` }, limits);
  const offeredFingerprint = hostKeyFingerprint;
  await expect(asked).rejects.toMatchObject({ code: 'host_key_mismatch', offeredFingerprint, sent: false });
  machine.close();
});

test('TLS: a daemon with another CA is refused, and so are we with another', async () => {
  const folder = join(host.info.directory, 'etc');
  await makeCa(folder, 'strange');
  const strange = await makeClientFiles(folder, 'strange', 'stranger');
  const ours = new DockerClient(tlsEndpoint({ ...tls.client, cert: strange.cert, key: strange.key }));
  const theirs = new DockerClient(tlsEndpoint({ ...tls.client, ca: strange.cert }));
  await expect(ours.version(limits)).rejects.toMatchObject({ code: 'auth_failed', sent: false });
  await expect(theirs.version(limits)).rejects.toMatchObject({ code: 'auth_failed', sent: false });
});

describe('a hostile daemon', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atoll-docker-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  type Answer = (response: http.ServerResponse) => void;
  const anyVersion: Answer = (response) => response.end('{"ApiVersion":"1.43","MinAPIVersion":"1.24"}');

  async function against(name: string, answer: Answer, version = anyVersion, maxBytes = 100_000) {
    const socketPath = join(folder, `${name}.sock`);
    const server = http.createServer((request, response) => {
      response.setHeader('Content-Type', 'application/json');
      if (request.url === '/version') version(response);
      else answer(response);
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const docker = new DockerClient({ type: 'machine', machine: local, socketPath });
    try {
      return await docker.request({ method: 'POST', path: dockerPath`/x` }, { timeoutMs: 3_000, maxBytes });
    } finally {
      docker.close();
      server.close();
      server.closeAllConnections();
    }
  }

  test.each<[string, string, Answer]>([
    ['an answer without end', 'too_large', (response) => Readable.from(endless()).pipe(response)],
    ['an error without end', 'too_large', (response) => Readable.from(endless()).pipe(response.writeHead(500))],
    ['an answer that is cut', 'lost', (response) => response.write('{"half":', () => response.destroy())],
    ['an answer that stops', 'timeout', (response) => response.write('{"half":')],
    ['an answer that is no JSON', 'protocol', (response) => response.end('<html>')],
    ['an answer that is no HTTP', 'protocol', (response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('%s is %s', async (name, code, answer) => {
    await expect(against(name, answer)).rejects.toMatchObject({ name: 'TransportError', code });
  });

  test('a daemon that does not tell its version, or is too old, is not used', async () => {
    const never: Answer = () => expect.unreachable('it was asked although its version is unknown');
    const refuse: Answer = (response) => response.writeHead(403).end('{"message":"not for you"}');
    await expect(against('refusing', never, refuse)).rejects.toMatchObject({ status: 403, message: 'not for you' });
    const old: Answer = (response) => response.end('{"ApiVersion":"1.23"}');
    await expect(against('old', never, old)).rejects.toMatchObject({ code: 'protocol', sent: false });
    const cut: Answer = (response) => response.write('{"Api', () => response.destroy());
    await expect(against('cut', never, cut)).rejects.toMatchObject({ code: 'lost', sent: false });
  });

  test('a daemon that is not there is no daemon that said no', async () => {
    const docker = new DockerClient({ type: 'machine', machine: local, socketPath: join(folder, 'none.sock') });
    await expect(docker.version(limits)).rejects.toMatchObject({ code: 'not_found', sent: false });
    docker.close();
  });

  function* endless() {
    for (;;) yield Buffer.alloc(65_536, 'x');
  }
});

test('versions and paths', () => {
  expect(chooseApiVersion('1.12', '1.41')).toBe('1.41');
  expect(chooseApiVersion('1.44', '1.52')).toBe('1.44');
  expect(chooseApiVersion('1.12', '1.38')).toBe('1.38');
  expect(() => chooseApiVersion('1.12', '1.23')).toThrow('too old');
  expect(() => chooseApiVersion('', 'latest')).toThrow('names API version');
  expect(dockerPath`/images/${'a/b:c'}/json`).toBe('/images/a%2Fb%3Ac/json');
  for (const bad of ['', '.', '..']) expect(() => dockerPath`/containers/${bad}/json`).toThrow(TypeError);
});

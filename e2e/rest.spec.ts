import { execFile } from 'node:child_process';
import { appendFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import type { Host } from '../server/contract/host.ts';
import type { Image } from '../server/contract/image.ts';
import type { Instance } from '../server/contract/instance.ts';
import type { Operation } from '../server/contract/operation.ts';
import type { Project } from '../server/contract/project.ts';
import { docker, runInside, virsh } from '../server/testing/lab/host-access.ts';
import { makeToken } from './atoll-command.ts';
import { type Curl, curlWith } from './curl.ts';
import { askHostname, guestKey } from './guest-key.ts';
import { signIn } from './sign-in.ts';
import { admin, type HostWorld, startHostWorld } from './world.ts';

let world: HostWorld;
let host: HostWorld['host'];
let curl: Curl;
let project: Project;
let hostId = '';
let image: Image;

interface Started {
  instance: Instance;
  operation: Operation;
}

/** Waits for an operation to be done; answers it however it ended. */
async function finished(operation: Operation): Promise<Operation> {
  for (let round = 0; round < 8; round++) {
    const { body } = await curl.get<Operation>(`/operations/${operation.id}?wait=30s`);
    if (body.done) return body;
  }
  throw new Error(`Operation ${operation.kind} ${operation.id} did not end.`);
}

async function succeed(started: { operation: Operation }): Promise<Operation> {
  const operation = await finished(started.operation);
  expect(operation.error).toBeNull();
  expect(operation.state).toBe('succeeded');
  return operation;
}

const path = (instance: Instance, verb = ''): string => `/projects/${project.slug}/instances/${instance.id}${verb}`;
const look = async (instance: Instance): Promise<Instance> => (await curl.get<Instance>(path(instance))).body;

async function create(body: Record<string, unknown>): Promise<Started> {
  const answer = await curl.post<Started>(`/projects/${project.slug}/instances`, { hostId, ...body });
  expect(answer.body).toHaveProperty('operation');
  expect(answer.status).toBe(202);
  expect(answer.headers.location).toBe(`/api/v1/operations/${answer.body.operation.id}`);
  return answer.body;
}

async function remove(instance: Instance): Promise<void> {
  await succeed((await curl.send<Started>('DELETE', path(instance))).body);
  expect((await curl.get(path(instance))).status).toBe(404);
}

/** What the host itself says is on it. */
async function onHost(): Promise<Record<string, string>> {
  return {
    domains: (await virsh(host, ['list', '--all', '--name'])).trim(),
    volumes: (await virsh(host, ['vol-list', 'atoll']).catch(() => '')).trim() /* the first create makes the pool */,
    containers: (await docker(host, ['ps', '-a', '--format', '{{.Names}}'])).trim(),
    dockerVolumes: (await docker(host, ['volume', 'ls', '-q'])).trim(),
  };
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ request }) => {
  world = await startHostWorld('reef-2');
  host = world.host;
  await signIn({ request }, world);
  curl = curlWith(world.url, await makeToken(world, admin.email));
});

test.afterAll(() => world?.stop());

test('adds a host whose key was scanned and confirmed', async () => {
  const identity = await curl.get<{ publicKey: string }>('/host-keys/identity');
  await appendFile(host.ssh.authorizedKeysPath, `${identity.body.publicKey}\n`);
  const scanned = await curl.post<{ keys: { fingerprint: string }[] }>('/host-keys', {
    address: host.ssh.host,
    port: host.ssh.port,
  });
  expect(scanned.status).toBe(201);
  expect(scanned.body.keys.map((key) => key.fingerprint)).toContain(host.ssh.hostKeyFingerprint);

  const connection = {
    type: 'ssh',
    address: host.ssh.host,
    port: host.ssh.port,
    user: 'root',
    fingerprint: host.ssh.hostKeyFingerprint,
  };
  const added = await curl.post<{ host: Host; operation: Operation }>('/hosts', { name: 'reef-rest', connection });
  expect(added.status).toBe(202);
  await succeed(added.body);
  hostId = added.body.host.id;
  const { body } = await curl.get<Host>(`/hosts/${hostId}`);
  expect(body.state).toBe('online');
  expect(body.engines.map((engine) => `${engine.type} ${engine.state}`).sort()).toEqual(['docker up', 'libvirt up']);
  expect(body.capacity.vcpus.total).toBeGreaterThan(0);
  expect(body.doctor?.checks.filter((check) => check.state === 'bad')).toEqual([]);
  project = (await curl.get<{ items: Project[] }>('/projects')).body.items[0] as Project;
});

test('uploads an image and inspects it', async () => {
  const { size } = await stat(world.guestImagePath);
  const made = await curl.post<{ image: Image }>('/images', {
    name: 'mini by curl',
    source: { type: 'upload', sizeBytes: size },
  });
  expect(made.status).toBe(202);
  await curl.send('PUT', `/images/${made.body.image.id}/data`, { file: world.guestImagePath });
  await expect.poll(async () => (await curl.get<Image>(`/images/${made.body.image.id}`)).body.state).toBe('ready');
  image = (await curl.get<Image>(`/images/${made.body.image.id}`)).body;
  expect(image.format).toBe('qcow2');
});

test('makes a VM, signs in to it by SSH, stops, starts and deletes it', async () => {
  const key = await guestKey();
  const before = await onHost();
  const { instance, operation } = await create({
    kind: 'vm',
    name: 'rest-vm',
    vcpus: 1,
    memoryMiB: 192,
    diskGiB: 1,
    imageId: image.id,
    sshKeys: [key.publicKey],
    userData: '#!/bin/sh\necho made by user-data >/www/made.txt\n',
  });
  await succeed({ operation });
  await expect.poll(async () => (await look(instance)).state).toBe('running');
  await expect.poll(async () => (await look(instance)).addresses.length, { timeout: 120_000 }).toBeGreaterThan(0);
  const address = (await look(instance)).addresses[0]?.address ?? '';
  await expect.poll(() => askHostname(host, address, key.path), { timeout: 120_000 }).toContain('rest-vm');

  expect(await runInside(host, ['curl', '-sS', `http://${address}/made.txt`])).toContain('made by user-data');

  const second = await curl.post<{ code: string; errors: { pointer: string }[] }>(
    `/projects/${project.slug}/instances`,
    {
      kind: 'vm',
      name: 'rest-vm',
      vcpus: 1,
      memoryMiB: 192,
      diskGiB: 1,
      imageId: image.id,
    },
  );
  expect(second.status).toBe(409);
  expect(second.body.code).toBe('name_taken');

  await succeed((await curl.post<Started>(path(instance, '/stop'), { timeoutSeconds: 60 })).body);
  expect((await look(instance)).state).toBe('stopped');
  expect((await curl.post<{ code: string }>(path(instance, '/stop'), {})).body.code).toBe('state_conflict');
  await succeed((await curl.post<Started>(path(instance, '/start'), {})).body);
  await succeed((await curl.post<Started>(path(instance, '/pause'), {})).body);
  expect((await look(instance)).state).toBe('paused');
  await succeed((await curl.post<Started>(path(instance, '/resume'), {})).body);
  await succeed((await curl.post<Started>(path(instance, '/reset'), {})).body);
  await remove(instance);
  const after = await onHost();
  expect(after.domains).toBe(before.domains);
  expect((after.volumes ?? '').split('\n').filter((line) => line.includes(instance.id))).toEqual([]);
});

test('makes a container, and the same request twice makes one', async () => {
  const before = await onHost();
  const body = {
    kind: 'container',
    name: 'rest-ct',
    image: 'busybox:latest',
    command: ['sleep', '600'],
    env: { GREETING: 'hello' },
    hostId,
  };
  const key = { 'Idempotency-Key': 'rest-ct-1' };
  const first = await curl.post<Started>(`/projects/${project.slug}/instances`, body, key);
  const again = await curl.post<Started>(`/projects/${project.slug}/instances`, body, key);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(again.body.instance.id).toBe(first.body.instance.id);
  expect((await curl.post(`/projects/${project.slug}/instances`, { ...body, name: 'other' }, key)).status).toBe(422);
  await succeed(first.body);
  const { instance } = first.body;
  await expect.poll(async () => (await look(instance)).state).toBe('running');
  expect((await look(instance)).envNames).toEqual(['GREETING']);
  expect(await docker(host, ['exec', `atoll-${instance.id}`, 'sh', '-c', 'echo $GREETING'])).toContain('hello');
  await succeed((await curl.post<Started>(path(instance, '/stop'), { timeoutSeconds: 1 })).body);
  await succeed((await curl.post<Started>(path(instance, '/start'), {})).body);
  await remove(instance);
  expect(await onHost()).toEqual(before);
});

test('start: false leaves it stopped', async () => {
  const { instance, operation } = await create({
    kind: 'container',
    name: 'rest-idle',
    image: 'busybox:latest',
    command: ['sleep', '600'],
    start: false,
  });
  await succeed({ operation });
  expect((await look(instance)).state).toBe('stopped');
  await remove(instance);
});

test('a create that fails explains itself and leaves nothing behind', async () => {
  const before = await onHost();
  const { instance, operation } = await create({ kind: 'container', name: 'rest-lost', image: 'nobody/has-this:1' });
  const ended = await finished(operation);
  expect(ended.state).toBe('failed');
  expect(ended.error).toMatchObject({ code: 'container_image_not_found' });
  expect(ended.error?.hint).not.toBe('');
  expect((await look(instance)).state).toBe('failed');
  expect(await onHost()).toEqual(before);
  await remove(instance);
});

test('ETags guard a change against a faster one', async () => {
  const flavors = await curl.get<{
    items: { id: string; name: string; vcpus: number; memoryMiB: number; diskGiB: number }[];
  }>('/flavors');
  const [flavor] = flavors.body.items;
  if (!flavor) throw new Error('No flavor.');
  const { headers } = await curl.get(`/flavors/${flavor.id}`);
  const body = { name: flavor.name, vcpus: flavor.vcpus, memoryMiB: flavor.memoryMiB + 1, diskGiB: flavor.diskGiB };
  expect((await curl.send('PUT', `/flavors/${flavor.id}`, { body })).status).toBe(428);
  expect(
    (await curl.send('PUT', `/flavors/${flavor.id}`, { body, headers: { 'If-Match': headers.etag ?? '' } })).status,
  ).toBe(200);
  expect(
    (await curl.send('PUT', `/flavors/${flavor.id}`, { body, headers: { 'If-Match': headers.etag ?? '' } })).status,
  ).toBe(412);
});

test('an outside change reaches the event stream', async () => {
  const { instance, operation } = await create({
    kind: 'container',
    name: 'rest-watch',
    image: 'busybox:latest',
    command: ['sleep', '600'],
  });
  await succeed({ operation });
  const token = await makeToken(world, admin.email);
  const watching = promisify(execFile)('curl', [
    ...[
      '-sN',
      '--max-time',
      '10',
      '-H',
      `Authorization: Bearer ${token}`,
      `${world.url}/api/v1/events?topics=instance`,
    ],
  ]).catch((error: { stdout: string }) => error);
  await docker(host, ['kill', `atoll-${instance.id}`]);
  const { stdout } = await watching;
  expect(stdout).toContain(instance.id);
  await expect.poll(async () => (await look(instance)).state).toBe('stopped');
  await remove(instance);
});

test('a full disk is told as such, and leaves nothing behind', async () => {
  const pool = '/var/lib/libvirt/images/atoll';
  await runInside(host, ['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', pool]);
  try {
    await virsh(host, ['pool-refresh', 'atoll']);
    const size = { vcpus: 1, memoryMiB: 192, diskGiB: 1 };
    const { instance, operation } = await create({ kind: 'vm', name: 'rest-full', imageId: image.id, ...size });
    const ended = await finished(operation);
    expect(ended.state).toBe('failed');
    expect(ended.error).toMatchObject({ code: 'host_storage_full' });
    expect(ended.error?.hint).not.toBe('');
    expect((await onHost()).domains).toBe('');
    expect((await runInside(host, ['ls', pool])).trim()).toBe('');
    await remove(instance);
  } finally {
    await runInside(host, ['umount', pool]);
  }
});

import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { getHost, type HostRow, insertHost, updateHost } from '#server/db/host-store.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { inspectImageFile } from '#server/platform/image-inspect/inspect-image-file.ts';
import { createLog } from '#server/platform/log.ts';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import { secret } from '#server/platform/secret.ts';
import { type AtollGround, createAtollGround } from '#server/testing/atoll-testbed.ts';
import { createInstance, driveInstance } from '#server/testing/drive-instance.ts';
import { makeProject } from '#server/testing/factories.ts';
import { enqueueOnInstance, type InstanceKind, type Place } from '#server/testing/instance-rows.ts';
import { guestImagePath } from '#server/testing/lab/built-images.ts';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { makeSshKeyPair } from '#server/transport/ssh/key-pair.ts';
import { HostAccess } from '../host-link/host-access.ts';
import { HostLinks } from '../host-link/host-links.ts';
import { openHost } from '../host-link/open-host.ts';
import { Reconcilers } from '../reconcilers/reconcilers.ts';
import type { WorkflowTools } from './workflow-tools.ts';

/*
 * Workflows and reconcilers on a real machine with libvirt, QEMU, Docker and sshd, reached over SSH with Atoll's own key.
 * virsh and docker on the host are the judges.
 */

const log = createLog({ process: 'test', level: 'silent' });
const patience = { timeout: 120_000, interval: 200 };

let ground: AtollGround;
let lab: LabHost;
let bed: Place & { tools: WorkflowTools };
let links: HostLinks;
let reconcilers: Reconcilers;
let image: { sha256: string; format: 'qcow2' | 'raw'; sizeBytes: number; virtualSizeBytes: number };

beforeAll(async () => {
  ground = await createAtollGround();
  lab = await startHost({ name: 'workflows', engines: ['libvirt', 'docker'] });
  const key = makeSshKeyPair('atoll-test');
  await appendFile(lab.info.ssh.authorizedKeysPath, `\n${key.publicKey}\n`);
  image = await keepGuestImage();
  const { db, dataDir, openSecret, publicKey } = ground;
  const open = (host: HostRow) =>
    openHost({ sshKey: secret(key.privateKey), openSecret, known: (id) => getHost(db, { id }) }, host);
  links = new HostLinks({ db, log, open });
  const access = new HostAccess({ db, links });
  const urlPolicy = async () => ({ allowed: networkSet([]), denied: networkSet([]) });
  const { host: address, port, hostKeyFingerprint: fingerprint } = lab.info.ssh;
  const host = await inTx(db, (tx) =>
    insertHost(tx, {
      ...{ name: 'lab', connectionType: 'ssh', address, port, fingerprint, storagePool: 'atoll' },
      ...{ username: 'root', credentialType: 'atoll-key' },
    }),
  );
  const { id: projectId } = await makeProject(db);
  bed = { db, projectId, host, publicKey, tools: { db, dataDir, hosts: access, openSecret, urlPolicy } };
  reconcilers = new Reconcilers({ db, links, access, log });
  reconcilers.start();
}, 300_000);

afterAll(async () => {
  await reconcilers?.stop();
  await links?.close();
  await lab?.stop();
  await ground?.dispose();
});

async function keepGuestImage(): Promise<typeof image> {
  const path = await guestImagePath();
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  await mkdir(join(ground.dataDir, 'images'), { recursive: true });
  await copyFile(path, join(ground.dataDir, 'images', sha256));
  const { format, sizeBytes, virtualSizeBytes } = await inspectImageFile(path);
  if (format === 'iso') throw new Error('The guest is no disc.');
  return { sha256, format, sizeBytes, virtualSizeBytes };
}

async function hostOperation(kind: 'host.enroll' | 'host.inspect') {
  const hostId = bed.host.id;
  const target = { type: 'host', id: hostId, name: 'lab' };
  const { id } = await inTx(bed.db, (tx) =>
    enqueueOperation(tx, { kind, projectId: null, hostId, target, input: { hostId } }),
  );
  return driveInstance(bed, id);
}

const row = (id: string) => getInstance(bed.db, { id, projectId: bed.projectId });
const becomes = (id: string, state: string) =>
  vi.waitFor(async () => expect((await row(id)).observedState).toBe(state), patience);
const act = async (kind: InstanceKind, id: string, input = {}) =>
  driveInstance(bed, await enqueueOnInstance(bed, kind, id, input));

async function remove(id: string): Promise<void> {
  await inTx(bed.db, (tx) => updateInstance(tx, { id, projectId: bed.projectId }, { lifecycle: 'deleting' }));
  expect(await act('instance.delete', id)).toMatchObject({ state: 'succeeded' });
}

/** What stands on the host, base images apart: they are a cache. */
async function standing(): Promise<string[]> {
  const volumes = await lab.virsh(['vol-list', 'atoll']).catch(() => '');
  const lines = [
    ...(await lab.virsh(['list', '--all', '--name'])).split('\n'),
    ...volumes.split('\n').filter((line) => !line.includes('atoll-base-')),
    ...(await lab.docker(['ps', '--all', '--format', '{{.Names}}'])).split('\n'),
    ...(await lab.docker(['volume', 'ls', '--format', '{{.Name}}'])).split('\n'),
  ];
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

it('takes the host in, with what the doctor found', async () => {
  expect(await hostOperation('host.enroll')).toMatchObject({ state: 'succeeded' });
  const host = await getHost(bed.db, { id: bed.host.id });
  expect(host).toMatchObject({ state: 'online', system: { arch: 'x86_64' } });
  expect(host.engines.map(({ type, state }) => [type, state])).toEqual([
    ['libvirt', 'up'],
    ['docker', 'up'],
  ]);
  expect(host.doctor?.filter(({ state }) => state === 'bad')).toEqual([]);
  for (const resource of ['vcpus', 'memoryMiB', 'diskGiB'] as const)
    expect(host.capacity[resource].allocatable).toBeGreaterThan(0);
});

it('a VM: made, with an address, changed from outside, stopped, started, deleted; nothing is left', async () => {
  const before = await standing();
  const { instanceId } = await createInstance(bed, { image, memoryMiB: 128 });
  expect(await lab.virsh(['domstate', instanceId])).toContain('running');
  await vi.waitFor(async () => expect((await row(instanceId)).addresses).toHaveLength(1), patience);
  const address = (await row(instanceId)).addresses[0]?.address;
  await vi.waitFor(() => lab.runInside(['curl', '--silent', '--max-time', '2', `http://${address}/`]), patience);

  await lab.virsh(['destroy', instanceId]);
  await becomes(instanceId, 'stopped');
  await lab.virsh(['start', instanceId]);
  await becomes(instanceId, 'running');
  expect(await act('instance.pause', instanceId)).toMatchObject({ state: 'succeeded' });
  expect(await lab.virsh(['domstate', instanceId])).toContain('paused');
  expect(await act('instance.resume', instanceId)).toMatchObject({ state: 'succeeded' });
  expect(await act('instance.stop', instanceId, { timeoutSeconds: 60, force: false })).toMatchObject({
    state: 'succeeded',
  });
  expect(await lab.virsh(['domstate', instanceId])).toContain('shut off');
  expect(await act('instance.start', instanceId)).toMatchObject({ state: 'succeeded' });
  await remove(instanceId);
  expect(await standing()).toEqual(before);
  expect(await findViolations(bed.db)).toEqual([]);
}, 400_000);

it('a container: made, changed from outside, deleted; what fails leaves nothing behind', async () => {
  const before = await standing();
  const { instanceId } = await createInstance(bed, { kind: 'container' });
  const name = `atoll-${instanceId}`;
  expect(await lab.docker(['inspect', '--format', '{{.State.Status}}', name])).toContain('running');
  await lab.docker(['kill', name]);
  await becomes(instanceId, 'stopped');
  await lab.docker(['start', name]);
  await becomes(instanceId, 'running');
  await remove(instanceId);
  await expect(createInstance(bed, { kind: 'container', imageRef: 'no-such-image:latest' })).rejects.toThrow();
  expect(await standing()).toEqual(before);
  expect(await findViolations(bed.db)).toEqual([]);
});

it('what somebody else runs is listed and never touched; when it goes it is forgotten', async () => {
  await lab.docker(['run', '--detach', '--name', 'foreign', 'busybox:latest', 'sleep', '600']);
  const listed = () => bed.db.unmanagedInstance.findMany({ where: { hostId: bed.host.id, name: 'foreign' } });
  await vi.waitFor(
    async () => expect(await listed()).toMatchObject([{ state: 'running', kind: 'container' }]),
    patience,
  );
  await lab.docker(['rm', '--force', 'foreign']);
  await vi.waitFor(async () => expect(await listed()).toEqual([]), patience);
});

it('daemons that restart are found again, and what runs keeps running', async () => {
  const { instanceId } = await createInstance(bed, { kind: 'container' });
  await lab.signalDaemon('libvirt', 'KILL');
  const engine = async () =>
    (await getHost(bed.db, { id: bed.host.id })).engines.find(({ type }) => type === 'libvirt');
  bed.tools.hosts.refresh(bed.host.id);
  await vi.waitFor(async () => expect(await engine()).toMatchObject({ state: 'down' }), patience);
  expect(await getHost(bed.db, { id: bed.host.id })).toMatchObject({ state: 'online' });
  await lab.startDaemon('libvirt');
  await vi.waitFor(async () => expect(await engine()).toMatchObject({ state: 'up' }), patience);
  expect((await row(instanceId)).observedState).toBe('running');
  await remove(instanceId);
});

it('a host whose key has changed is put into quarantine, and is back when the new key was confirmed', async () => {
  await lab.crash();
  await lab.replaceHostKey();
  await lab.boot();
  const host = () => getHost(bed.db, { id: bed.host.id });
  await vi.waitFor(async () => expect(await host()).toMatchObject({ state: 'quarantined' }), patience);
  const { offeredFingerprint } = await host();
  expect(offeredFingerprint).toBe(lab.info.ssh.hostKeyFingerprint);
  await inTx(bed.db, (tx) =>
    updateHost(
      tx,
      { id: bed.host.id },
      { state: 'enrolling', fingerprint: offeredFingerprint, offeredFingerprint: null },
    ),
  );
  expect(await hostOperation('host.inspect')).toMatchObject({ error: null, state: 'succeeded' });
  expect(await host()).toMatchObject({ state: 'online' });
});

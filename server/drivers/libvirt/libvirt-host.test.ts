import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guestImagePath } from '#server/testing/lab/built-images.ts';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { CallOptions, HostChange, ImageSource, VmSpec, VolumeSpec } from '../driver.ts';
import { buttonGuestImage } from './button-guest.ts';
import { LibvirtDriver } from './libvirt-driver.ts';
import { baseName, diskName, domainName, logName, OWN_NETWORK_NAME, OWN_POOL_NAME } from './names.ts';

type VmImage = Extract<ImageSource, { kind: 'vm' }>;

const options = (timeoutMs = 60_000): CallOptions => ({ signal: new AbortController().signal, timeoutMs });
const POOL = OWN_POOL_NAME;
const projectId = randomUUID();

describe('libvirt on a real host', () => {
  let host: LabHost;
  let driver: LibvirtDriver;

  beforeAll(async () => {
    host = await startHost({ name: 'libvirt-real', engines: ['libvirt'] });
    // Debian makes /run/lock at boot.
    await host.runInside(['mkdir', '-p', '/run/lock']);
    driver = new LibvirtDriver({ machine: new LocalMachine(), socketPath: host.info.libvirtSocketPath });
    await driver.prepare({ storagePool: POOL, network: 'default' }, options());
  });
  afterAll(async () => {
    await driver?.close();
    await host?.stop();
  });

  function disk(image: VmImage, format: 'qcow2' | 'raw'): VolumeSpec {
    const common = { id: randomUUID(), projectId, kind: 'disk' as const, storagePool: POOL, operationId: randomUUID() };
    return { ...common, name: 'root', sizeGiB: 1, baseSha256: image.sha256, baseFormat: format };
  }

  function vm(volume: VolumeSpec, change: Partial<VmSpec> = {}): VmSpec {
    return {
      kind: 'vm',
      tag: { instanceId: randomUUID(), projectId, operationId: volume.operationId, generation: 1 },
      name: 'guest',
      hostname: 'guest',
      vcpus: 1,
      memoryMiB: 32,
      storagePool: POOL,
      domainType: 'qemu',
      machine: 'pc',
      disks: [{ volumeId: volume.id, bootOrder: 1 }],
      cdromSha256: null,
      network: 'default',
      mac: `52:54:00:${randomBytes(3)
        .toString('hex')
        .replace(/(..)(..)/, '$1:$2:')}`,
      seed: null,
      ...change,
    };
  }

  async function make(spec: VmSpec, volume: VolumeSpec) {
    await driver.createVolume(volume, options());
    await driver.defineInstance(spec, options());
    const ref = { id: spec.tag.instanceId, projectId, generation: 1 };
    const unmake = async () => {
      await driver.undefineInstance(ref, options());
      await driver.deleteVolume(volume, options());
    };
    return { ref, unmake, look: () => driver.getInstance(ref.id, options()) };
  }
  const volumes = async () =>
    (await host.virsh(['vol-list', POOL])).split('\n').flatMap((each) => each.trim().split(/\s+/)[0] || []);

  it('boots a Linux guest with its seed, finds its address and keeps what it said', { timeout: 180_000 }, async () => {
    const path = await guestImagePath();
    const image: VmImage = {
      kind: 'vm',
      sha256: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
      format: 'qcow2',
      sizeBytes: (await stat(path)).size,
      virtualSizeBytes: 0,
      storagePool: POOL,
      open: () => createReadStream(path),
    };
    const progress: number[] = [];
    await driver.ensureImage(image, { ...options(), onProgress: (done) => progress.push(done) });
    expect(progress.at(-1)).toBe(image.sizeBytes);
    const volume = disk(image, 'qcow2');
    const seed = {
      metaData: 'instance-id: i\nlocal-hostname: seeded\n',
      userData: '#cloud-config\n{}\n',
      networkConfig: null,
    };
    const { ref, unmake, look } = await make(vm(volume, { memoryMiB: 192, seed }), volume);
    const changes: HostChange[] = [];
    const watching = await driver.watch((change) => changes.push(change));
    await driver.startInstance(ref, options());
    const told = () =>
      changes.flatMap((change) => (change.type === 'instance' ? (change.observed?.addresses ?? []) : []))[0];
    await expect.poll(told, { timeout: 150_000, interval: 500 }).toMatchObject({ family: 'ipv4', network: 'default' });
    expect((await look())?.addresses[0]?.address).toMatch(/^192\.168\.122\./);
    const log = `/var/lib/libvirt/images/atoll/${logName(ref.id)}`;
    const said = () => host.runInside(['cat', log]);
    await expect.poll(said, { timeout: 60_000, interval: 500 }).toContain('seeded login:');

    // VNC can be reached through a socket in a folder of root's, and on no port.
    const xml = await host.virsh(['dumpxml', ref.id]);
    expect(xml).toMatch(/<listen type='socket' socket='\/var\/lib\/libvirt\/qemu\//);
    expect(await host.runInside(['ss', '-Htln'])).not.toMatch(/:59\d\d\s/);

    await driver.requestStop(ref, options());
    await expect.poll(async () => (await look())?.state, { timeout: 60_000 }).toBe('stopped');
    expect(await look()).toMatchObject({ reason: 'shut down', addresses: [] });
    await unmake();
    await watching.stop();
    expect(await volumes()).toEqual([baseName(image.sha256, 'qcow2')]);
  });

  it('reboots and stops a guest that listens to its power button', async () => {
    const image = buttonGuestImage(POOL);
    await driver.ensureImage(image, options());
    const volume = disk(image, 'raw');
    const { ref, unmake, look } = await make(vm(volume), volume);
    await driver.startInstance(ref, options());
    await driver.reboot(ref, options());
    expect((await look())?.state).toBe('running');
    while ((await look())?.state === 'running') {
      await driver.requestStop(ref, options());
      await sleep(200);
    }
    expect(await look()).toMatchObject({ state: 'stopped', reason: 'shut down' });
    await driver.startInstance(ref, options());
    const pid = await host.runInside(['pgrep', '--full', domainName('guest', ref.id)]);
    await host.runInside(['kill', '-9', ...pid.trim().split('\n')]);
    await expect.poll(async () => (await look())?.state).toBe('crashed');
    await unmake();
  });

  it('brings an image once, however many want it at once', async () => {
    const bytes = randomBytes(5_000_000);
    let opened = 0;
    const image: VmImage = {
      ...buttonGuestImage(POOL),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      async *open() {
        opened += 1;
        for (let start = 0; start < bytes.length; start += 100_000) yield bytes.subarray(start, start + 100_000);
      },
    };
    const other = new LibvirtDriver({ machine: new LocalMachine(), socketPath: host.info.libvirtSocketPath });
    await Promise.all([driver, driver, other].map((each) => each.ensureImage(image, options())));
    await other.close();
    expect(opened).toBe(1);
    const path = (await host.virsh(['vol-path', '--pool', POOL, baseName(image.sha256, 'raw')])).trim();
    expect(await host.runInside(['sha256sum', path])).toContain(image.sha256);
    expect(await host.runInside(['stat', '-c', '%a', path])).toBe('444\n');
  });

  it('removes the base of an image when nothing is made of it any more, ours or not', async () => {
    const bytes = randomBytes(4096);
    const image: VmImage = {
      kind: 'vm',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      format: 'raw',
      sizeBytes: bytes.length,
      virtualSizeBytes: bytes.length,
      storagePool: POOL,
      open: async function* () {
        yield bytes;
      },
    };
    const leftover = { kind: 'base-image' as const, id: image.sha256 };
    await driver.ensureImage(image, options());
    expect((await driver.list(options())).leftovers).toContainEqual(leftover);
    const base = baseName(image.sha256, 'raw');
    const overlay = ['vol-create-as', POOL, 'somebody-elses.qcow2', '1M', '--format', 'qcow2'];
    await host.virsh([...overlay, '--backing-vol', base, '--backing-vol-format', 'raw']);
    const before = await volumes();
    expect(await driver.removeLeftover(leftover, options())).toBe(false);
    expect(await volumes()).toEqual(before);
    await host.virsh(['vol-delete', 'somebody-elses.qcow2', '--pool', POOL]);
    expect(await driver.removeLeftover(leftover, options())).toBe(true);
    expect(await driver.removeLeftover(leftover, options())).toBe(true);
    const gone = new Set([base, 'somebody-elses.qcow2']);
    expect(await volumes()).toEqual(before.filter((name) => !gone.has(name)));
  });

  it('mends an upload that was broken off, and refuses one that is not what it should be', async () => {
    const bytes = randomBytes(3_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const image: VmImage = { ...buttonGuestImage(POOL), sha256, sizeBytes: bytes.length, open: () => broken() };
    async function* broken() {
      yield bytes.subarray(0, 1_000_000);
      throw new Error('the line is cut');
    }
    await expect(driver.ensureImage(image, options())).rejects.toMatchObject({ message: /the line is cut/ });
    // As a worker leaves it that dies in the middle.
    await host.virsh(['vol-create-as', POOL, baseName(sha256, 'raw'), '1000000', '--format', 'raw']);
    async function* changed() {
      yield Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)]);
    }
    const mismatch = driver.ensureImage({ ...image, open: () => changed() }, options());
    await expect(mismatch).rejects.toMatchObject({ code: 'checksum_mismatch' });
    expect(await volumes()).not.toContain(baseName(sha256, 'raw'));
    async function* whole() {
      yield bytes;
    }
    await driver.ensureImage({ ...image, open: () => whole() }, options());
    expect(await volumes()).toContain(baseName(sha256, 'raw'));
  });

  it('says what is missing, with the command that mends it, and leaves nothing behind', async () => {
    const image = buttonGuestImage(POOL);
    await driver.ensureImage(image, options());
    const volume = disk(image, 'raw');
    const gone = { ...volume, baseSha256: 'ab'.repeat(32) };
    await expect(driver.createVolume(gone, options())).rejects.toMatchObject({
      code: 'not_found',
      outcome: 'not_done',
    });
    const elsewhere = { ...volume, storagePool: 'nowhere' };
    await expect(driver.createVolume(elsewhere, options())).rejects.toMatchObject({ code: 'host_unsuitable' });
    await host.virsh(['net-destroy', 'default']);
    await expect(driver.prepare({ storagePool: POOL, network: 'default' }, options())).rejects.toMatchObject({
      code: 'host_unsuitable',
      message: /virsh net-start default/,
      outcome: 'not_done',
    });
    const { ref, unmake } = await make(vm(volume), volume);
    await expect(driver.startInstance(ref, options())).rejects.toMatchObject({
      outcome: 'not_done',
      engineMessage: /default/,
    });
    await host.virsh(['net-start', 'default']);
    const taken = vm(volume, { name: 'guest' });
    const twin = `${ref.id.slice(0, -12)}${randomBytes(2).toString('hex')}${ref.id.slice(-8)}`;
    await expect(
      driver.defineInstance({ ...taken, tag: { ...taken.tag, instanceId: twin } }, options()),
    ).rejects.toMatchObject({ code: 'name_taken' });
    await driver.undefineInstance({ id: twin, projectId, generation: 1 }, options());
    await unmake();
    expect((await volumes()).filter((name) => !name.startsWith('atoll-base-'))).toEqual([]);
  });

  it('says that the storage is full', async () => {
    const path = '/var/lib/libvirt/images/small';
    await host.runInside(['mkdir', '-p', path]);
    await host.runInside(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path]);
    await host.virsh(['pool-create-as', 'small', 'dir', '--target', path]);
    const bytes = randomBytes(4_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const image: VmImage = { ...buttonGuestImage('small'), sha256, sizeBytes: bytes.length, open: () => whole() };
    async function* whole() {
      yield bytes;
    }
    await expect(driver.ensureImage(image, options())).rejects.toMatchObject({ code: 'host_storage_full' });
    expect((await host.virsh(['vol-list', 'small'])).trim()).toBe('');
    await host.virsh(['pool-destroy', 'small']);
  });

  it('makes a network of our own where one is wanted, and keeps it apart from the host', async () => {
    const need = { storagePool: POOL, network: OWN_NETWORK_NAME };
    await driver.prepare(need, options());
    await driver.prepare(need, options());
    expect(await host.virsh(['net-list', '--name', '--autostart'])).toContain(OWN_NETWORK_NAME);
    const { networks } = await driver.inspect({ ...options(), bootTestGuest: false });
    expect(networks).toContainEqual({ name: 'atoll', mode: 'nat', subnet: '10.213.10.0/24', active: true });
    expect((await driver.list(options())).leftovers).toContainEqual({ kind: 'network', id: 'atoll' });
  });

  it('follows the daemon through its death, while the guests go on', async () => {
    const image = buttonGuestImage(POOL);
    const volume = disk(image, 'raw');
    const { ref, unmake, look } = await make(vm(volume), volume);
    await driver.startInstance(ref, options());
    const changes: HostChange[] = [];
    const watching = await driver.watch((change) => changes.push(change));
    await host.signalDaemon('libvirt', 'KILL');
    await expect.poll(() => changes.map(({ type }) => type)).toContain('disconnected');
    await expect(look()).rejects.toMatchObject({ code: 'engine_unavailable', outcome: 'not_done', retryable: true });
    await host.startDaemon('libvirt');
    await expect.poll(() => changes.map(({ type }) => type), { timeout: 30_000 }).toContain('resync');
    expect(await look()).toMatchObject({ state: 'running' });
    expect((await driver.findVolume(volume, options()))?.id).toBe(volume.id);
    expect(await volumes()).toContain(diskName(volume.id));
    await unmake();
    await watching.stop();
  });
});

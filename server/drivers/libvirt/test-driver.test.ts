import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { CallOptions, HostChange, VmSpec } from '../driver.ts';
import { LibvirtDriver } from './libvirt-driver.ts';

const options = (): CallOptions => ({ signal: new AbortController().signal, timeoutMs: 30_000 });

describe("libvirt's own test driver, which has no disks and no guests", () => {
  let host: LabHost;
  let driver: LibvirtDriver;
  const projectId = randomUUID();

  beforeAll(async () => {
    host = await startHost({ name: 'libvirt-mock', engines: ['libvirt'] });
    const socketPath = host.info.libvirtSocketPath;
    driver = new LibvirtDriver({ machine: new LocalMachine(), socketPath, uri: 'test:///default' });
  });
  afterAll(async () => {
    await driver?.close();
    await host?.stop();
  });

  function vm(name: string): VmSpec {
    return {
      kind: 'vm',
      tag: { instanceId: randomUUID(), projectId, operationId: randomUUID(), generation: 1 },
      name,
      hostname: name,
      vcpus: 2,
      memoryMiB: 128,
      storagePool: 'default-pool',
      domainType: 'qemu',
      machine: 'pc',
      disks: [],
      cdromSha256: null,
      network: 'default',
      mac: '52:54:00:00:00:01',
      seed: null,
    };
  }

  it('lists what is there as unmanaged', async () => {
    const { instances, volumes } = await driver.list(options());
    expect(instances).toMatchObject([{ name: 'test', tag: null, state: 'running', vcpus: 2 }]);
    expect(volumes).toEqual([]);
  });

  it('inspects it', async () => {
    const report = await driver.inspect({ ...options(), bootTestGuest: true });
    expect(report).toMatchObject({
      capabilities: { type: 'libvirt', kvm: 'absent', arch: 'i686' },
      capacity: { vcpus: 16, memoryMiB: 3072 },
      pools: [{ name: 'default-pool', type: 'dir', active: true }],
      networks: [{ name: 'default', mode: 'nat', subnet: '192.168.122.0/24', active: true }],
    });
  });

  it('takes a VM through its states', async () => {
    const spec = vm('web');
    const ref = { id: spec.tag.instanceId, projectId, generation: 1 };
    const state = async () => (await driver.getInstance(ref.id, options()))?.state;
    const changes: HostChange[] = [];
    const watching = await driver.watch((change) => changes.push(change));
    await driver.defineInstance(spec, options());
    await driver.defineInstance(spec, options());
    expect(await state()).toBe('stopped');
    await driver.startInstance(ref, options());
    expect(await state()).toBe('running');
    await driver.pause(ref, options());
    expect(await state()).toBe('paused');
    await driver.resume(ref, options());
    await driver.rename(ref, 'blog', options());
    expect(await driver.getInstance(ref.id, options())).toMatchObject({ name: 'blog', tag: spec.tag, vcpus: 2 });
    await driver.requestStop(ref, options());
    expect(await state()).toBe('stopped');
    await driver.undefineInstance(ref, options());
    expect(await state()).toBeUndefined();
    const told = () =>
      changes.flatMap((change) => (change.type === 'instance' ? [change.observed?.state ?? null] : []));
    await expect.poll(told).toContain(null);
    await watching.stop();
  });

  it('refuses to change what is not ours', async () => {
    const [theirs] = (await driver.list(options())).instances;
    const ref = { id: theirs!.id, projectId, generation: 1 };
    await expect(driver.forceOff(ref, options())).rejects.toMatchObject({ code: 'conflict', outcome: 'not_done' });
    const spec = vm('theirs');
    const stolen = { ...spec, tag: { ...spec.tag, instanceId: theirs!.id } };
    await expect(driver.defineInstance(stolen, options())).rejects.toMatchObject({ code: 'conflict' });
    expect(await driver.getInstance(theirs!.id, options())).toMatchObject({ name: 'test', state: 'running' });
  });

  it('has no containers', async () => {
    expect(await driver.listImages()).toEqual([]);
    await expect(driver.loadImage()).rejects.toMatchObject({ code: 'driver_failed' });
    const image = { kind: 'container' as const, ref: 'busybox' };
    await expect(driver.ensureImage(image, options())).rejects.toMatchObject({ outcome: 'not_done' });
  });
});

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CallOptions, Driver, HostChange, InstanceRef, InstanceSpec, Tag, VolumeSpec } from '../driver.ts';
import { DriverError } from '../driver.ts';
import { type DriverLab, driverSuite } from '../driver-suite.ts';
import { FaultPlan } from './fault-plan.ts';
import { SimulatedHost } from './simulated-host.ts';
import { SimulatorDriver } from './simulator-driver.ts';
import { VirtualClock } from './virtual-clock.ts';

const sha256 = 'a'.repeat(64);
const options = (timeoutMs = 15_000): CallOptions => ({ signal: new AbortController().signal, timeoutMs });

function diskOf(ids: { id: string; projectId: string; operationId: string }): VolumeSpec {
  return {
    ...ids,
    kind: 'disk',
    storagePool: 'atoll',
    name: 'disk',
    sizeGiB: 1,
    baseSha256: sha256,
    baseFormat: 'qcow2',
  };
}

function vmOf(tag: Tag, volumeId: string, name = 'vm'): InstanceSpec {
  return {
    kind: 'vm',
    tag,
    name,
    hostname: name,
    vcpus: 1,
    memoryMiB: 128,
    storagePool: 'atoll',
    domainType: 'qemu',
    machine: 'pc',
    disks: [{ volumeId, bootOrder: 1 }],
    cdromSha256: null,
    network: 'default',
    mac: '52:54:00:00:00:01',
    seed: null,
  };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(0);
}

async function simulatorLab(): Promise<DriverLab> {
  const host = new SimulatedHost({ engine: 'libvirt' });
  const driver = new SimulatorDriver(host);
  return {
    driver,
    image: {
      kind: 'vm',
      sha256,
      format: 'qcow2',
      sizeBytes: 0,
      virtualSizeBytes: 0,
      storagePool: 'atoll',
      open: noBytes,
    },
    storagePool: 'atoll',
    network: 'default',
    volume: diskOf,
    instance: ({ tag, name, volumeId }) => vmOf(tag, volumeId, name),
    async makeUnmanaged() {
      const id = host.addUnmanaged('theirs');
      return { id, look: async () => JSON.stringify(host.instances.get(id)) };
    },
    outside: {
      forceOff: async (id) => host.setState(id, 'stopped', 'destroyed'),
      start: async (id) => host.setState(id, 'running'),
    },
    traits: { showsNames: true, stopsWhenAsked: true, protectsVolumes: true },
    close: () => driver.close(),
  };
}

driverSuite('the simulator', simulatorLab);

/** Makes an instance, runs it and removes it as a careful caller does: after every failure it looks, then repeats. */
async function liveAndDie(driver: Driver, spec: InstanceSpec, volume: VolumeSpec): Promise<number> {
  const { instanceId: id, projectId, generation } = spec.tag;
  const ref: InstanceRef = { id, projectId, generation };
  let failures = 0;
  const insist = async (act: () => Promise<unknown>, isDone: () => Promise<boolean>) => {
    for (;;) {
      try {
        await act();
        if (await isDone()) return;
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        if (error.outcome === 'not_done' && !error.retryable && error.code !== 'host_storage_full') throw error;
        failures += 1;
      }
    }
  };
  const state = async () => (await driver.getInstance(id, options()))?.state;
  await insist(
    () => driver.createVolume(volume, options()),
    async () => (await driver.findVolume(volume, options())) !== null,
  );
  await insist(
    () => driver.defineInstance(spec, options()),
    async () => (await state()) !== undefined,
  );
  await insist(
    () => driver.startInstance(ref, options()),
    async () => (await state()) === 'running',
  );
  await insist(
    () => driver.forceOff(ref, options()),
    async () => (await state()) === 'stopped',
  );
  await insist(
    () => driver.undefineInstance(ref, options()),
    async () => (await state()) === undefined,
  );
  await insist(
    () => driver.deleteVolume(volume, options()),
    async () => (await driver.findVolume(volume, options())) === null,
  );
  return failures;
}

function newWorld(seed: number) {
  const host = new SimulatedHost({ engine: 'libvirt' });
  host.images.add(sha256);
  const clock = new VirtualClock();
  const rates = { delay: 0.1, 'drop-before': 0.1, 'drop-after': 0.1, hang: 0.05, full: 0.05 };
  const driver = new SimulatorDriver(host, { clock, faults: new FaultPlan({ seed, rates }) });
  const tag: Tag = { instanceId: `i-${seed}`, projectId: 'p', operationId: `o-${seed}`, generation: 1 };
  const volume = diskOf({ id: `v-${seed}`, projectId: 'p', operationId: tag.operationId });
  return { host, clock, driver, volume, spec: vmOf(tag, volume.id) };
}

describe('faults', () => {
  test('of 1,000 seeds never make two, lose one or leave one behind', async () => {
    let failures = 0;
    for (let seed = 1; seed <= 1_000; seed += 1) {
      const { host, driver, spec, volume } = newWorld(seed);
      let most = 0;
      host.onChange(() => {
        most = Math.max(most, host.instances.size);
      });
      failures += await liveAndDie(driver, spec, volume);
      expect({ seed, most, instances: host.instances.size, volumes: host.volumes.size }).toEqual({
        seed,
        most: 1,
        instances: 0,
        volumes: 0,
      });
    }
    expect(failures).toBeGreaterThan(1_000);
  });

  test('of one seed are the same each time', async () => {
    const run = async () => {
      const { clock, driver, spec, volume } = newWorld(42);
      return [await liveAndDie(driver, spec, volume), clock.nowMs];
    };
    expect(await run()).toEqual(await run());
  });

  test('say what the caller may believe', async () => {
    const host = new SimulatedHost({ engine: 'libvirt' });
    host.images.add(sha256);
    const faults = new FaultPlan();
    const driver = new SimulatorDriver(host, { faults });
    const make = async (fault: Parameters<FaultPlan['order']>[1]) => {
      const volume = diskOf({ id: randomUUID(), projectId: 'p', operationId: 'o' });
      faults.order('createVolume', fault);
      await driver.createVolume(volume, options()).catch((error: unknown) => error);
      return host.volumes.has(volume.id);
    };
    expect(await make('drop-before')).toBe(false);
    expect(await make('drop-after')).toBe(true);
    expect(await make('full')).toBe(false);
    expect(await make('delay')).toBe(true);
    faults.order('createVolume', 'hang');
    const hanging = driver.createVolume(diskOf({ id: 'x', projectId: 'p', operationId: 'o' }), options());
    await expect(hanging).rejects.toMatchObject({ code: 'timeout', outcome: 'unknown', retryable: true });
  });

  test('a full disk is full, and its limit is the one of the host', async () => {
    const host = new SimulatedHost({ engine: 'libvirt', diskGiB: 2 });
    host.images.add(sha256);
    const driver = new SimulatorDriver(host);
    const create = (id: string) => driver.createVolume(diskOf({ id, projectId: 'p', operationId: 'o' }), options());
    await create('a');
    await create('b');
    await expect(create('c')).rejects.toMatchObject({ code: 'host_storage_full', outcome: 'not_done' });
    await driver.deleteVolume({ id: 'a', projectId: 'p', kind: 'disk', storagePool: 'atoll' }, options());
    await create('c');
  });

  test('of events: some come twice, and for a lost one there is a resync', async () => {
    const host = new SimulatedHost({ engine: 'docker' });
    const faults = new FaultPlan({ eventRates: { duplicate: 0.3, lose: 0.3 } });
    const driver = new SimulatorDriver(host, { faults });
    const changes: HostChange[] = [];
    const watching = await driver.watch((change) => changes.push(change));
    const ids = Array.from({ length: 200 }, (_, i) => host.addUnmanaged(`c-${i}`));
    const told = (id: string) => changes.filter((change) => change.type === 'instance' && change.id === id).length;
    const resyncs = () => changes.filter((change) => change.type === 'resync').length - 1;
    await expect.poll(() => ids.filter((id) => told(id) > 0).length + resyncs(), { timeout: 30_000 }).toBe(200);
    expect(ids.some((id) => told(id) === 2)).toBe(true);
    expect(resyncs()).toBeGreaterThan(0);
    await watching.stop();
  });
});

test('an hour of virtual time takes no time, in order', async () => {
  const clock = new VirtualClock();
  const woken: number[] = [];
  await Promise.all([3_600_000, 5, 60_000, 5].map((ms) => clock.sleep(ms).then(() => woken.push(ms))));
  expect(woken).toEqual([5, 5, 60_000, 3_600_000]);
  expect(clock.nowMs).toBe(3_600_000);
});

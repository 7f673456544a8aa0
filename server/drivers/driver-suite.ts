import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doctorCheckSchema, hostEngineSchema } from '#server/contract/host.ts';
import type {
  CallOptions,
  Driver,
  HostChange,
  ImageSource,
  InstanceRef,
  InstanceSpec,
  PowerState,
  Tag,
  VolumeSpec,
} from './driver.ts';

/** A real (or simulated) host for the suite, and what differs between engines. */
export interface DriverLab {
  driver: Driver;
  image: ImageSource;
  storagePool: string;
  network: string;
  /** A small volume; its instance boots from it or mounts it. */
  volume(ids: { id: string; projectId: string; operationId: string }): VolumeSpec;
  /** An instance that runs until it is stopped. */
  instance(given: { tag: Tag; name: string; volumeId: string; imageRef: string }): InstanceSpec;
  /** Makes something that runs on the host without Atoll. `look` tells all about it that must not change. */
  makeUnmanaged(): Promise<{ id: string; look(): Promise<string> }>;
  /** Does this behind the driver's back, with another client. */
  outside: { forceOff(instanceId: string): Promise<void>; start(instanceId: string): Promise<void> };
  traits: {
    /** Whether the host shows the human name. */
    showsNames: boolean;
    /** Whether the instance stops when it is asked nicely. */
    stopsWhenAsked: boolean;
    /** Whether the engine itself protects a volume that a stopped instance has. */
    protectsVolumes: boolean;
  };
  close(): Promise<void>;
}

const options = (timeoutMs = 60_000): CallOptions => ({ signal: new AbortController().signal, timeoutMs });

/** What every driver must do, each verb twice: see driver.ts. Call it at the top of a test file. */
export function driverSuite(name: string, start: () => Promise<DriverLab>): void {
  describe(name, () => {
    let lab: DriverLab;
    let driver: Driver;
    let imageRef: string;
    let unmanaged: Awaited<ReturnType<DriverLab['makeUnmanaged']>>;
    let unmanagedBefore: string;
    const projectId = randomUUID();

    beforeAll(async () => {
      lab = await start();
      driver = lab.driver;
      unmanaged = await lab.makeUnmanaged();
      unmanagedBefore = await unmanaged.look();
      await driver.prepare({ projectId, storagePool: lab.storagePool, network: lab.network }, options());
      imageRef = (await driver.ensureImage(lab.image, options())).ref;
    });
    afterAll(() => lab?.close());

    /** A volume and an instance on it, defined, as a workflow would do it. */
    async function make(generation = 1) {
      const tag: Tag = { instanceId: randomUUID(), projectId, operationId: randomUUID(), generation };
      const volume = lab.volume({ id: randomUUID(), projectId, operationId: tag.operationId });
      const spec = lab.instance({ tag, name: `suite-${tag.instanceId.slice(0, 4)}`, volumeId: volume.id, imageRef });
      await driver.createVolume(volume, options());
      await driver.defineInstance(spec, options());
      const ref: InstanceRef = { id: tag.instanceId, projectId, generation };
      return { ref, tag, volume, spec };
    }
    async function unmake({ ref, volume }: { ref: InstanceRef; volume: VolumeSpec }) {
      await driver.undefineInstance(ref, options());
      await driver.deleteVolume(volume, options());
    }
    const stateOf = async (ref: InstanceRef) => (await driver.getInstance(ref.id, options()))?.state ?? 'gone';
    const reaches = (ref: InstanceRef, state: PowerState | 'gone') =>
      expect.poll(() => stateOf(ref), { timeout: 45_000 }).toBe(state);
    const listed = async (id: string) => (await driver.list(options())).instances.filter((each) => each.id === id);
    const twice = async (act: () => Promise<unknown>) => {
      await act();
      await act();
    };

    test('inspects the host', async () => {
      const report = await driver.inspect({ ...options(), bootTestGuest: false });
      expect(hostEngineSchema.shape.capabilities.parse(report.capabilities)?.type).toBe(driver.engine);
      expect(doctorCheckSchema.array().min(1).parse(report.checks)).toEqual(report.checks);
      for (const check of report.checks) if (check.state === 'bad') expect(check.fix).not.toBeNull();
      expect(report.capacity.vcpus).toBeGreaterThan(0);
      expect(report.capacity.memoryMiB).toBeGreaterThan(0);
      expect(report.machineId).toMatch(/./);
    });

    test('prepares and brings images twice without another effect', async () => {
      await twice(() => driver.prepare({ projectId, storagePool: lab.storagePool, network: lab.network }, options()));
      expect((await driver.ensureImage(lab.image, options())).ref).toBe(imageRef);
    });

    test('makes a volume once, finds it and deletes it', async () => {
      const volume = lab.volume({ id: randomUUID(), projectId, operationId: randomUUID() });
      expect(await driver.findVolume(volume, options())).toBeNull();
      await twice(() => driver.createVolume(volume, options()));
      const found = await driver.findVolume(volume, options());
      expect(found).toMatchObject({ id: volume.id, kind: volume.kind, sizeBytes: volume.sizeGiB * 2 ** 30 });
      expect([null, volume.operationId]).toContain(found?.operationId);
      const { volumes } = await driver.list(options());
      expect(volumes.filter(({ id }) => id === volume.id)).toHaveLength(1);
      await twice(() => driver.deleteVolume(volume, options()));
      expect(await driver.findVolume(volume, options())).toBeNull();
    });

    test('defines an instance once, stopped and tagged, and removes it without its volume', async () => {
      const made = await make();
      await driver.defineInstance(made.spec, options());
      expect(await listed(made.ref.id)).toMatchObject([{ id: made.ref.id, tag: made.tag, state: 'stopped' }]);
      expect(await driver.getInstance(made.ref.id, options())).toMatchObject({
        kind: made.spec.kind,
        tag: made.tag,
        state: 'stopped',
        vcpus: made.spec.vcpus,
        memoryMiB: made.spec.memoryMiB,
      });
      if (lab.traits.protectsVolumes) {
        await expect(driver.deleteVolume(made.volume, options())).rejects.toMatchObject({ outcome: 'not_done' });
      }
      await twice(() => driver.undefineInstance(made.ref, options()));
      expect(await listed(made.ref.id)).toEqual([]);
      expect(await driver.findVolume(made.volume, options())).not.toBeNull();
      await driver.deleteVolume(made.volume, options());
    });

    test('goes through its states, each verb twice', async () => {
      const made = await make();
      const { ref } = made;
      await twice(() => driver.startInstance(ref, options()));
      await reaches(ref, 'running');
      await twice(() => driver.pause(ref, options()));
      await reaches(ref, 'paused');
      await twice(() => driver.resume(ref, options()));
      await reaches(ref, 'running');
      await driver.reset(ref, options());
      await reaches(ref, 'running');
      await twice(() => driver.forceOff(ref, options()));
      await reaches(ref, 'stopped');
      await driver.requestStop(ref, options());
      await driver.startInstance(ref, options());
      await reaches(ref, 'running');
      await unmake(made); // running: an undo may not know whether it had been started
      expect(await stateOf(ref)).toBe('gone');
    });

    test('stops and reboots when asked nicely', async ({ skip }) => {
      if (!lab.traits.stopsWhenAsked) skip('its guest does not listen');
      const made = await make();
      await driver.startInstance(made.ref, options());
      await reaches(made.ref, 'running');
      await driver.reboot(made.ref, options());
      await reaches(made.ref, 'running');
      await twice(() => driver.requestStop(made.ref, options()));
      await reaches(made.ref, 'stopped');
      await unmake(made);
    });

    test('renames without becoming another', async () => {
      const made = await make();
      await twice(() => driver.rename(made.ref, 'renamed', options()));
      const found = await driver.getInstance(made.ref.id, options());
      expect(found?.tag).toEqual(made.tag);
      if (lab.traits.showsNames) expect(found?.name).toContain('renamed');
      await driver.defineInstance(made.spec, options());
      expect(await listed(made.ref.id)).toHaveLength(1);
      await unmake(made);
    });

    test('refuses what the state does not allow, and has done nothing', async () => {
      const made = await make();
      for (const act of [driver.pause, driver.resume, driver.reset, driver.reboot]) {
        const refused = act.call(driver, made.ref, options());
        await expect(refused).rejects.toMatchObject({ code: 'state_conflict', outcome: 'not_done' });
      }
      expect(await stateOf(made.ref)).toBe('stopped');
      await unmake(made);
    });

    test('says so where there is nothing', async () => {
      const ref: InstanceRef = { id: randomUUID(), projectId, generation: 1 };
      expect(await driver.getInstance(ref.id, options())).toBeNull();
      await driver.undefineInstance(ref, options());
      for (const act of [driver.startInstance, driver.forceOff, driver.requestStop, driver.pause]) {
        const missing = act.call(driver, ref, options());
        await expect(missing).rejects.toMatchObject({ code: 'not_found', outcome: 'not_done' });
      }
    });

    test('does not touch another generation or project', async () => {
      const made = await make(2);
      const others: InstanceRef[] = [
        { ...made.ref, generation: 1 },
        { ...made.ref, projectId: randomUUID() },
      ];
      for (const other of others) {
        await expect(driver.startInstance(other, options())).rejects.toMatchObject({ outcome: 'not_done' });
        await expect(driver.undefineInstance(other, options())).rejects.toMatchObject({ outcome: 'not_done' });
      }
      const older = { ...made.spec, tag: { ...made.tag, generation: 1 } };
      await expect(driver.defineInstance(older, options())).rejects.toMatchObject({ outcome: 'not_done' });
      expect(await listed(made.ref.id)).toMatchObject([{ tag: made.tag, state: 'stopped' }]);
      await unmake(made);
    });

    test('tells changes as they come, its own and those from outside', async () => {
      const changes: HostChange[] = [];
      const watching = await driver.watch((change) => changes.push(change));
      const told = (id: string, state: PowerState | null) =>
        expect
          .poll(
            () =>
              changes.some(
                (each) => each.type === 'instance' && each.id === id && (each.observed?.state ?? null) === state,
              ),
            {
              timeout: 30_000,
            },
          )
          .toBe(true);
      const made = await make();
      await driver.startInstance(made.ref, options());
      await told(made.ref.id, 'running');
      changes.length = 0;
      await lab.outside.forceOff(made.ref.id);
      await told(made.ref.id, 'stopped');
      changes.length = 0;
      await lab.outside.start(made.ref.id);
      await told(made.ref.id, 'running');
      await unmake(made);
      await told(made.ref.id, null);
      await watching.stop();
      changes.length = 0;
      await unmake(await make());
      expect(changes).toEqual([]);
    });

    test('a call whose signal has fired does nothing', async () => {
      const ref: InstanceRef = { id: randomUUID(), projectId, generation: 1 };
      const tag: Tag = { instanceId: ref.id, projectId, operationId: randomUUID(), generation: 1 };
      const volume = lab.volume({ id: randomUUID(), projectId, operationId: tag.operationId });
      const aborted = { ...options(), signal: AbortSignal.abort() };
      await expect(driver.createVolume(volume, aborted)).rejects.toMatchObject({
        code: 'cancelled',
        outcome: 'not_done',
      });
      expect(await driver.findVolume(volume, options())).toBeNull();
      await expect(driver.list(aborted)).rejects.toMatchObject({ name: 'DriverError', code: 'cancelled' });
    });

    test('lists what is not ours as unmanaged and never changes it', async () => {
      expect(await listed(unmanaged.id)).toMatchObject([{ tag: null, state: 'running' }]);
      const ref: InstanceRef = { id: unmanaged.id, projectId, generation: 1 };
      for (const act of [driver.forceOff, driver.requestStop, driver.pause, driver.reset, driver.undefineInstance]) {
        // Refused, or nothing found to be done: only the effect counts.
        await act.call(driver, ref, options()).catch((error: Error) => expect(error.name).toBe('DriverError'));
      }
      expect(await unmanaged.look()).toBe(unmanagedBefore);
    });

    test('leaves nothing behind', async () => {
      const { instances, volumes } = await driver.list(options());
      expect(instances.filter(({ tag }) => tag !== null)).toEqual([]);
      expect(volumes).toEqual([]);
      expect(await unmanaged.look()).toBe(unmanagedBefore);
    });
  });
}

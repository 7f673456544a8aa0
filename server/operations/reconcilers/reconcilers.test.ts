import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { EngineType } from '#server/contract/host.ts';
import { inTx } from '#server/db/client.ts';
import { getHost, updateHost } from '#server/db/host-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { type Driver, DriverError } from '#server/drivers/driver.ts';
import { FaultPlan } from '#server/drivers/simulator/fault-plan.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import {
  type AtollGround,
  type AtollTestbed,
  createAtollGround,
  createAtollTestbed,
  testImage,
} from '#server/testing/atoll-testbed.ts';
import { createInstance } from '#server/testing/drive-instance.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import { identityOf } from '../host-link/machine-identity.ts';
import { DriftReport } from './drift-report.ts';
import { findDrift } from './find-drift.ts';
import { Reconcilers } from './reconcilers.ts';

const log = createLog({ process: 'test', level: 'silent' });
let ground: AtollGround;
let running: { reconcilers: Reconcilers; bed: AtollTestbed }[] = [];

beforeAll(async () => {
  ground = await createAtollGround();
});
afterEach(async () => {
  for (const { reconcilers, bed } of running) {
    await reconcilers.stop();
    await bed.links.close();
    await bed.db.hostEngine.deleteMany({ where: { hostId: bed.host.id } });
    await inTx(bed.db, (tx) => updateHost(tx, { id: bed.host.id }, { state: 'failed' }));
  }
  running = [];
});
afterAll(() => ground?.dispose());

function watch(bed: AtollTestbed): Reconcilers {
  const reconcilers = new Reconcilers({ ...bed, log });
  running.push({ reconcilers, bed });
  reconcilers.start();
  return reconcilers;
}

const stateOf = async (bed: AtollTestbed, id: string) =>
  (await getInstance(bed.db, { id, projectId: bed.projectId })).observedState;
const patience = { timeout: 30_000, interval: 50 };
const becomes = (bed: AtollTestbed, id: string, state: string) =>
  vi.waitFor(async () => expect(await stateOf(bed, id)).toBe(state), patience);
const hostBecomes = (bed: AtollTestbed, state: string) =>
  vi.waitFor(async () => expect((await getHost(bed.db, { id: bed.host.id })).state).toBe(state), patience);
const eventsOf = (bed: AtollTestbed, targetId: string) =>
  bed.db.event.findMany({ where: { targetId }, orderBy: [{ at: 'asc' }, { id: 'asc' }] });

it('what happens on the host shows, with a line of history; what somebody else runs is listed', async () => {
  const bed = await createAtollTestbed(ground);
  const vm = await createInstance(bed);
  const container = await createInstance(bed, { kind: 'container' });
  watch(bed);
  await vi.waitFor(
    async () => expect(await bed.db.unmanagedInstance.count({ where: { hostId: bed.host.id } })).toBe(2),
    patience,
  );
  bed.machines.libvirt.setState(vm.instanceId, 'crashed', 'panicked');
  bed.machines.docker.setState(container.instanceId, 'stopped', 'exit 137');
  const foreign = bed.machines.docker.addUnmanaged('another');
  await becomes(bed, vm.instanceId, 'crashed');
  await becomes(bed, container.instanceId, 'stopped');
  await vi.waitFor(
    async () => expect(await bed.db.unmanagedInstance.count({ where: { id: foreign } })).toBe(1),
    patience,
  );
  expect((await eventsOf(bed, vm.instanceId)).at(-1)).toMatchObject({
    type: 'instance.crashed',
    actorId: null,
    severity: 'warn',
    message: 'It crashed. (panicked)',
  });
});

it('an instance that is gone from its host is missing, and found again when it is back', async () => {
  const bed = await createAtollTestbed(ground);
  const { instanceId } = await createInstance(bed);
  watch(bed);
  const { machines } = bed;
  const kept = machines.libvirt.instances.get(instanceId)!;
  machines.libvirt.undefine({ id: instanceId, projectId: bed.projectId, generation: 1 });
  await becomes(bed, instanceId, 'missing');
  machines.libvirt.define(kept.spec!);
  machines.libvirt.setState(instanceId, 'running');
  await becomes(bed, instanceId, 'running');
  const types = (await eventsOf(bed, instanceId)).map(({ type }) => type);
  expect(types.slice(0, 3)).toEqual(['instance.created', 'instance.missing', 'instance.found']);
});

it('lost and doubled events are made good by lists', async () => {
  const faults = new FaultPlan({ seed: 7, eventRates: { lose: 0.5, duplicate: 0.3 } });
  const bed = await createAtollTestbed(ground, { simulator: { faults } });
  const made = [await createInstance(bed), await createInstance(bed), await createInstance(bed)];
  watch(bed);
  for (let round = 0; round < 10; round += 1)
    for (const { instanceId } of made) {
      bed.machines.libvirt.setState(instanceId, round % 2 === 0 ? 'paused' : 'running');
      bed.machines.libvirt.setState(instanceId, 'stopped');
    }
  for (const { instanceId } of made) await becomes(bed, instanceId, 'stopped');
});

it('a burst of events ends with the last state', async () => {
  const bed = await createAtollTestbed(ground);
  const { instanceId } = await createInstance(bed);
  watch(bed);
  for (let count = 0; count < 2_000; count += 1)
    bed.machines.libvirt.setState(instanceId, count % 2 === 0 ? 'paused' : 'running');
  bed.machines.libvirt.setState(instanceId, 'crashed');
  await becomes(bed, instanceId, 'crashed');
});

/** Breaks the calls of one engine or both with an error, until it is mended. */
function breakable() {
  const broken = new Map<EngineType, DriverError>();
  const wrap = (driver: Driver): Driver =>
    new Proxy(driver, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const error = property === 'close' ? undefined : broken.get(driver.engine);
          return error ? Promise.reject(error) : Reflect.apply(member, target, args);
        };
      },
    });
  return { broken, wrap };
}

const failure = (code: DriverError['code'], cause?: Error): DriverError =>
  new DriverError(code, 'It does not work.', { outcome: 'not_done', retryable: true, cause });

it('a host is unreachable when nothing on it answers, and back when something does', async () => {
  const { broken, wrap } = breakable();
  const bed = await createAtollTestbed(ground, { wrap });
  const reconcilers = watch(bed);
  await vi.waitFor(
    async () => expect((await getHost(bed.db, { id: bed.host.id })).lastSeenAt).not.toBeNull(),
    patience,
  );
  broken.set('libvirt', failure('host_unreachable'));
  broken.set('docker', failure('engine_unavailable'));
  bed.access.refresh(bed.host.id);
  await vi.waitFor(async () => {
    const { engines, state } = await getHost(bed.db, { id: bed.host.id });
    expect(engines.find((engine) => engine.type === 'docker')).toMatchObject({ state: 'down' });
    expect(state).toBe('online');
  }, patience);
  broken.set('docker', failure('host_unreachable'));
  await hostBecomes(bed, 'unreachable');
  broken.clear();
  await hostBecomes(bed, 'online');
  expect((await eventsOf(bed, bed.host.id)).map(({ type }) => type)).toEqual(['host.unreachable', 'host.back']);
  expect(reconcilers).toBeDefined();
});

it('a host that shows another key is put into quarantine and left alone', async () => {
  const { broken, wrap } = breakable();
  const bed = await createAtollTestbed(ground, { wrap });
  const offeredFingerprint = `SHA256:${'x'.repeat(43)}`;
  const shown = new TransportError('host_key_mismatch', 'Another key.', { offeredFingerprint });
  broken.set('libvirt', failure('host_key_mismatch', shown));
  broken.set('docker', failure('host_key_mismatch', shown));
  watch(bed);
  await hostBecomes(bed, 'quarantined');
  expect(await getHost(bed.db, { id: bed.host.id })).toMatchObject({ offeredFingerprint });
  expect(await eventsOf(bed, bed.host.id)).toMatchObject([{ type: 'host.key_changed', severity: 'error' }]);
  await expect(bed.access.driver(bed.host.id, 'libvirt')).rejects.toMatchObject({ code: 'host_quarantined' });
});

it('another machine with the same key is put into quarantine, too, and says so', async () => {
  const { broken, wrap } = breakable();
  const bed = await createAtollTestbed(ground, { wrap });
  const shown = new TransportError('machine_mismatch', 'Another machine.', { offeredFingerprint: 'SHA256:other' });
  broken.set('libvirt', failure('host_key_mismatch', shown));
  broken.set('docker', failure('host_key_mismatch', shown));
  watch(bed);
  await hostBecomes(bed, 'quarantined');
  const { stateReason, offeredFingerprint } = await getHost(bed.db, { id: bed.host.id });
  expect([stateReason, offeredFingerprint]).toEqual([
    'It is another machine than the one that was confirmed, although its key is the same.',
    'SHA256:other',
  ]);
  expect(await eventsOf(bed, bed.host.id)).toMatchObject([{ type: 'host.machine_changed', severity: 'error' }]);
});

it('Docker over TLS is known by its own id, which is compared when it answers again', async () => {
  const bed = await createAtollTestbed(ground);
  const machineId = identityOf('docker', 'the one before');
  await bed.db.host.update({ where: { id: bed.host.id }, data: { connectionType: 'docker-tls', machineId } });
  watch(bed);
  await hostBecomes(bed, 'quarantined');
  expect(await eventsOf(bed, bed.host.id)).toMatchObject([{ type: 'host.machine_changed' }]);
});

it('drift is found: orphans of every kind and older copies; and told on the second sighting, once', async () => {
  const bed = await createAtollTestbed(ground);
  const { instanceId } = await createInstance(bed);
  const row = await getInstance(bed.db, { id: instanceId, projectId: bed.projectId });
  const call = { signal: new AbortController().signal, timeoutMs: 10_000 };
  const inventory = await bed.drivers.libvirt.list(call);
  const ours = inventory.instances.find((one) => one.id === instanceId)!;
  const orphan = newId();
  const instances = [ours, { ...ours, id: orphan, tag: { ...ours.tag!, instanceId: orphan } }];
  const leftovers = [{ kind: 'seed' as const, id: orphan }];
  const used = { baseImages: new Set([testImage.sha256]), projectIds: new Set([bed.projectId]) };
  const known = { instances: new Map([[instanceId, row]]), volumeIds: new Set<string>(), ...used };
  const drift = findDrift(bed.host.id, { ...inventory, instances, leftovers }, known);
  expect(drift.map((one) => one.kind)).toEqual(['orphan-instance', 'orphan-volume', 'orphan-seed']);
  const grown = new Map([[instanceId, { ...row, generation: 2 }]]);
  const stale = findDrift(
    bed.host.id,
    { ...inventory, instances: [ours], volumes: [] },
    { ...known, instances: grown },
  );
  expect(stale).toMatchObject([{ kind: 'stale-instance', id: instanceId }]);

  const report = new DriftReport(bed.db);
  const old = drift.map((one) => ({ ...one, operationId: null }));
  for (let sighting = 0; sighting < 4; sighting += 1) {
    await report.tell(bed.host, old);
    const told = await bed.db.event.count({ where: { targetId: bed.host.id, type: 'host.drift' } });
    expect(told).toBe(sighting === 0 ? 0 : 3);
  }
  // Its operation has only just ended: something of it may still be on its way.
  const young = new DriftReport(bed.db);
  for (let sighting = 0; sighting < 3; sighting += 1) await young.tell(bed.host, stale);
  expect(await bed.db.event.count({ where: { targetId: bed.host.id, type: 'host.drift' } })).toBe(3);
});

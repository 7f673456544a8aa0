import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { addHostBaseImage, listHostsWithBaseImage } from '#server/db/host-base-image-store.ts';
import type { Driver, Leftover } from '#server/drivers/driver.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { type AtollGround, createAtollGround, createAtollTestbed } from '#server/testing/atoll-testbed.ts';
import { createInstance } from '#server/testing/drive-instance.ts';
import { makeImage } from '#server/testing/factories.ts';
import { reconcileInventory } from './apply-inventory.ts';
import { DriftReport } from './drift-report.ts';
import { LeftoverSweep } from './leftover-sweep.ts';

let ground: AtollGround;
beforeAll(async () => {
  ground = await createAtollGround();
});
afterAll(() => ground?.dispose());

const hourMs = 3_600_000;
const log = createLog({ process: 'test', level: 'silent' });
const call = () => ({ signal: AbortSignal.timeout(30_000), timeoutMs: 30_000 });

/** A host with a VM and a container, and the rounds of a worker over one of its engines. */
async function hostWithBoth() {
  const bed = await createAtollTestbed(ground);
  await createInstance(bed);
  await createInstance(bed, { kind: 'container' });
  let now = 0;
  const watchOf = (driver: Driver) => {
    const report = new DriftReport(bed.db);
    const sweep = new LeftoverSweep({ db: bed.db, host: bed.host, driver, log, now: () => now });
    return async (atMs: number) => {
      now = atMs;
      const drift = await reconcileInventory(bed.db, bed.host.id, driver, call());
      await report.tell(bed.host, drift);
      await sweep.run(drift, call());
      return drift.map((one) => one.key);
    };
  };
  const events = async (type: string) =>
    (await bed.db.event.findMany({ where: { targetId: bed.host.id, type } }))
      .map((event) => event.params as { kind: string; id: string })
      .toSorted((a, b) => a.kind.localeCompare(b.kind));
  return { bed, watchOf, events };
}

it('what nothing uses is told of first, removed after an hour, and nothing else is touched', async () => {
  const { bed, watchOf, events } = await hostWithBoth();
  const { libvirt, docker } = bed.machines;
  const [unused, gone] = ['e'.repeat(64), newId()];
  libvirt.images.add(unused);
  docker.networks.add(gone);
  await inTx(bed.db, (tx) => addHostBaseImage(tx, { hostId: bed.host.id, sha256: unused }));
  const before = { images: [...libvirt.images], networks: [...docker.networks], vms: libvirt.instances.size };
  const [vms, containers] = [watchOf(bed.drivers.libvirt), watchOf(bed.drivers.docker)];
  for (const at of [0, 45_000, hourMs - 1]) {
    expect(await vms(at)).toEqual([`base-image/${unused}`]);
    expect(await containers(at)).toEqual([`network/${gone}`]);
  }
  expect([libvirt.images.has(unused), docker.networks.has(gone)]).toEqual([true, true]);
  expect(await events('host.drift')).toEqual([
    { kind: 'unused-base-image', id: unused },
    { kind: 'unused-network', id: gone },
  ]);
  await vms(hourMs);
  await containers(hourMs);
  expect([...libvirt.images]).toEqual(before.images.filter((sha256) => sha256 !== unused));
  expect([...docker.networks]).toEqual(before.networks.filter((id) => id !== gone));
  expect(libvirt.instances.size).toBe(before.vms);
  expect(await events('host.leftover_removed')).toEqual([
    { kind: 'base-image', id: unused },
    { kind: 'network', id: gone },
  ]);
  expect(await listHostsWithBaseImage(bed.db, unused)).toEqual([]);
});

it('what is used again in the meantime stays, and so does what was away for one list', async () => {
  const { bed, watchOf } = await hostWithBoth();
  const { libvirt } = bed.machines;
  const [back, blinking] = ['a'.repeat(64), 'b'.repeat(64)];
  libvirt.images.add(back).add(blinking);
  const vms = watchOf(bed.drivers.libvirt);
  await vms(0);
  libvirt.images.delete(blinking);
  await vms(hourMs / 2);
  libvirt.images.add(blinking);
  await makeImage(bed.db, { sha256: back });
  await vms(hourMs);
  await vms(hourMs + 1);
  expect([libvirt.images.has(back), libvirt.images.has(blinking)]).toEqual([true, true]);
});

it('what the host itself still uses is asked for again, an hour later', async () => {
  const { bed, watchOf, events } = await hostWithBoth();
  const sha256 = 'd'.repeat(64);
  bed.machines.libvirt.images.add(sha256);
  const asked: Leftover[] = [];
  const busy: Driver = bed.drivers.libvirt;
  busy.removeLeftover = async (leftover) => {
    asked.push(leftover);
    return false;
  };
  const vms = watchOf(busy);
  for (const at of [0, hourMs, hourMs + 45_000, 2 * hourMs - 1]) await vms(at);
  expect(asked).toEqual([{ kind: 'base-image', id: sha256 }]);
  await vms(2 * hourMs);
  expect(asked).toHaveLength(2);
  expect(await events('host.leftover_removed')).toEqual([]);
});

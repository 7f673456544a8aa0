import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationKind } from '#server/contract/operation.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import { transferClaims } from '#server/db/claim-transfer-store.ts';
import { inTx } from '#server/db/client.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { transferRows } from '#server/db/project-transfer-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { reconcileInventory } from '#server/operations/reconcilers/apply-inventory.ts';
import { type AtollGround, createAtollGround, createAtollTestbed } from '#server/testing/atoll-testbed.ts';
import { createInstance, driveInstance } from '#server/testing/drive-instance.ts';
import { makeProject } from '#server/testing/factories.ts';

let ground: AtollGround;
beforeAll(async () => {
  ground = await createAtollGround();
});
afterAll(() => ground?.dispose());

it('what moved to another project is known by the mark of the one it was made in, and goes on from there', async () => {
  const bed = await createAtollTestbed(ground);
  const { db, host, projectId: from, machines, drivers } = bed;
  const { instanceId } = await createInstance(bed);
  const { id: to } = await makeProject(db);
  const volumes = (await db.volume.findMany({ where: { instanceId } })).map(({ id }) => id);
  await inTx(db, async (tx) => {
    const ends = { fromProjectId: from, toProjectId: to };
    await transferClaims(tx, { ...ends, ownerIds: [instanceId, ...volumes] });
    await transferRows(tx, { ...ends, instances: [instanceId], volumes, images: [] });
  });
  expect(await bed.invariants()).toEqual([]);

  // The host still says that it belongs to the old project: it is no stranger, and what it does is seen.
  machines.libvirt.setState(instanceId, 'crashed');
  const look = { signal: new AbortController().signal, timeoutMs: 10_000 };
  const drift = await reconcileInventory(db, host.id, drivers.libvirt, look);
  expect(drift.map(({ kind }) => kind).filter((kind) => kind !== 'unused-network')).toEqual([]);
  expect(await getInstance(db, { projectId: to, id: instanceId })).toMatchObject({ state: 'crashed' });

  const run = async <K extends OperationKind>(kind: K, input: OperationInput<K>) => {
    const target = { type: 'instance', id: instanceId, name: 'it' };
    const { id } = await inTx(db, (tx) => enqueueOperation(tx, { kind, projectId: to, target, input }));
    return driveInstance(bed, id);
  };
  expect((await run('instance.start', { instanceId })).state).toBe('succeeded');
  expect(await getInstance(db, { projectId: to, id: instanceId })).toMatchObject({ state: 'running' });
  expect((await run('instance.delete', { instanceId, keepVolumes: false })).state).toBe('succeeded');
  expect([machines.libvirt.volumes.size, await db.instance.count({ where: { id: instanceId } })]).toEqual([0, 0]);
  expect(await bed.invariants()).toEqual([]);
  await bed.links.close();
});

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { getImage } from '#server/db/image-store.ts';
import { updateProject } from '#server/db/project-store.ts';
import { updateVolume } from '#server/db/volume-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import {
  type AtollGround,
  type AtollTestbed,
  createAtollGround,
  createAtollTestbed,
} from '#server/testing/atoll-testbed.ts';
import { createInstance, driveInstance } from '#server/testing/drive-instance.ts';
import { letTimePass } from '#server/testing/drive-operation.ts';
import { makeImage, makeProject, makeUser, makeVolume } from '#server/testing/factories.ts';
import { runMatrixCase, type Scenario } from '#server/testing/workflow-harness.ts';
import { matrixCases } from '#server/testing/workflow-matrix.ts';
import { allWorkflows } from './all-workflows.ts';
import type { WorkflowTools } from './workflow-tools.ts';

let ground: AtollGround;
beforeAll(async () => {
  ground = await createAtollGround();
});
afterAll(() => ground?.dispose());

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A VM that runs with its disk, a disk by itself and an image, in rows and on the host; then the deletion is admitted. */
async function fill(bed: AtollTestbed) {
  const { db, projectId, machines, host } = bed;
  await createInstance(bed);
  const alone = await makeVolume(db, { projectId, hostId: host.id });
  const { id, name, kind, storagePool, sizeGiB } = alone;
  const made = { operationId: newId(), baseSha256: null, baseFormat: null };
  machines.libvirt.createVolume({ id, projectId, name, kind, storagePool, sizeGiB, ...made });
  const image = await makeImage(db, { projectId });
  const file = join(bed.dataDir, 'images', image.sha256 ?? '');
  await writeFile(file, 'bytes');
  const user = await makeUser(db);
  const operation = await inTx(db, async (tx) => {
    await updateProject(tx, { projectId }, { deletingAt: new Date() });
    return enqueueOperation(tx, {
      kind: 'project.delete',
      projectId,
      target: { type: 'project', id: projectId, name: 'it' },
      input: { projectId },
      createdBy: { id: user.id, name: user.name },
    });
  });
  return { operationId: operation.id, file, volumeId: id };
}

async function remains(bed: AtollTestbed, file: string): Promise<string[]> {
  const { db, projectId, machines } = bed;
  const left: string[] = [];
  if (machines.libvirt.volumes.size > 0) left.push('A volume is still on the host.');
  // The other one is not ours.
  if (machines.libvirt.instances.size > 1) left.push('The instance is still on the host.');
  if (await exists(file)) left.push('The bytes of the image are still there.');
  for (const table of ['instance', 'volume', 'image', 'membership', 'quota', 'reservation'] as const) {
    const count = await (db[table] as { count(q: object): Promise<number> }).count({ where: { projectId } });
    if (count > 0) left.push(`${count} rows of ${table} are left.`);
  }
  if (await db.project.findUnique({ where: { id: projectId } })) left.push('Its row is still there.');
  return left;
}

const scenario: Scenario<WorkflowTools> = {
  workflow: allWorkflows.find((one) => one.kind === 'project.delete')!,
  async prepare(cuts) {
    const bed = await createAtollTestbed(ground, { wrap: (driver) => cuts.wrap(driver) });
    const { operationId, file } = await fill(bed);
    const { db, tools, invariants } = bed;
    return {
      db,
      tools,
      invariants,
      operationId,
      dispose: () => bed.links.close(),
      isComplete: () => remains(bed, file),
      isUndone: async () => ['A delete is never undone.'],
    };
  },
};

describe('the crash matrix of project.delete', () => {
  it.each(matrixCases(scenario))('$title', async (one) => {
    expect(await runMatrixCase(scenario, one)).toEqual([]);
  });
});

it('leaves other projects alone, and its own operation belongs to none', async () => {
  const bed = await createAtollTestbed(ground);
  const { operationId, file } = await fill(bed);
  const other = await makeProject(bed.db);
  const kept = await makeImage(bed.db, { projectId: other.id });
  const operation = await driveInstance(bed, operationId);
  expect(operation).toMatchObject({ state: 'succeeded', projectId: null, targetType: 'project' });
  expect(await remains(bed, file)).toEqual([]);
  expect((await getImage(bed.db, { id: kept.id, scope: 'every-project' })).state).toBe('ready');
  await bed.links.close();
});

it('waits for work that was admitted just before, and deletes what came meanwhile', async () => {
  const bed = await createAtollTestbed(ground);
  const { operationId, file, volumeId } = await fill(bed);
  const { db, projectId } = bed;
  await inTx(db, (tx) => updateVolume(tx, { projectId, id: volumeId }, { state: 'deleting' }));
  const target = { type: 'volume', id: volumeId, name: 'alone' };
  const late = await inTx(db, (tx) =>
    enqueueOperation(tx, { kind: 'volume.delete', projectId, target, input: { volumeId } }),
  );
  // It has failed once and waits for its next try: whoever runs meanwhile cannot take it.
  const later = new Date(Date.now() + 600_000);
  await db.operation.update({ where: { id: late.id }, data: { runAfter: later } });
  const waiting = await driveInstance(bed, operationId);
  expect(waiting).toMatchObject({ state: 'stuck', error: { code: 'state_conflict', step: 'delete-volumes' } });
  // What could go has gone: the instance does not wait for the volume.
  expect(await db.instance.count({ where: { projectId } })).toBe(0);
  await letTimePass(db, late.id);
  expect((await driveInstance(bed, late.id)).state).toBe('succeeded');
  await letTimePass(db, operationId);
  expect((await driveInstance(bed, operationId)).state).toBe('succeeded');
  expect(await remains(bed, file)).toEqual([]);
  expect(await db.operation.findUnique({ where: { id: late.id } })).toBeNull();
  await bed.links.close();
});

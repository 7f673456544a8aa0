import { afterAll, beforeAll, expect, it } from 'vitest';
import { listClaims } from '#server/db/claim-store.ts';
import { inTx } from '#server/db/client.ts';
import { getInstance } from '#server/db/instance-store.ts';
import type { OperationDetailRow } from '#server/db/operation-store.ts';
import { getVolume, listInstanceVolumes, updateVolume } from '#server/db/volume-store.ts';
import { FaultPlan } from '#server/drivers/simulator/fault-plan.ts';
import {
  type AtollGround,
  type AtollTestbed,
  createAtollGround,
  createAtollTestbed,
} from '#server/testing/atoll-testbed.ts';
import { driveInstance } from '#server/testing/drive-instance.ts';
import { type Admitted, admitInstance } from '#server/testing/instance-rows.ts';
import { runMatrixCase, type Scenario } from '#server/testing/workflow-harness.ts';
import { matrixCases } from '#server/testing/workflow-matrix.ts';
import { allWorkflows } from './all-workflows.ts';
import type { WorkflowTools } from './workflow-tools.ts';

const workflow = allWorkflows.find(({ kind }) => kind === 'instance.create')!;

let ground: AtollGround;
beforeAll(async () => {
  ground = await createAtollGround();
});
afterAll(() => ground?.dispose());

async function whatIsThere(bed: AtollTestbed, kind: 'vm' | 'container', { instanceId, volumeId }: Admitted) {
  const machine = bed.machines[kind === 'vm' ? 'libvirt' : 'docker'];
  const row = await getInstance(bed.db, { id: instanceId, projectId: bed.projectId });
  const volume = await getVolume(bed.db, { id: volumeId, projectId: bed.projectId });
  const claims = [
    ...(await listClaims(bed.db, { projectId: bed.projectId, ownerId: instanceId })),
    ...(await listClaims(bed.db, { projectId: bed.projectId, ownerId: volumeId })),
  ];
  return {
    lifecycle: row.lifecycle,
    observed: row.observedState,
    onHost: machine.instances.get(instanceId)?.observed.state ?? 'gone',
    volumeOnHost: machine.volumes.has(volumeId),
    volume: volume.state,
    claims: [...new Set(claims.map((claim) => claim.state))],
    row,
  };
}

const differs = (actual: object, wanted: object): string[] => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
  return a === b ? [] : [`It is ${a}, not ${b}.`];
};

function scenario(kind: 'vm' | 'container', start: boolean): Scenario<WorkflowTools> {
  return {
    workflow,
    skipped: start ? [] : ['start', 'wait-until-running'],
    async prepare(cuts) {
      const bed = await createAtollTestbed(ground, { wrap: (driver) => cuts.wrap(driver) });
      const admitted = await admitInstance(bed, { kind, start });
      const state = start ? 'running' : 'stopped';
      return {
        db: bed.db,
        tools: bed.tools,
        operationId: admitted.operationId,
        async isComplete() {
          const { row, ...found } = await whatIsThere(bed, kind, admitted);
          const there = { onHost: state, volumeOnHost: true, volume: 'ready', claims: ['committed'] };
          return [
            ...differs(found, { lifecycle: 'ready', observed: state, ...there }),
            ...(row.failureReason === null ? [] : ['It gives a reason for a failure.']),
          ];
        },
        async isUndone(operation: OperationDetailRow) {
          const { row, ...found } = await whatIsThere(bed, kind, admitted);
          const gone = { onHost: 'gone', volumeOnHost: false, volume: 'failed', claims: [] };
          return [
            ...differs(found, { lifecycle: 'failed', observed: null, ...gone }),
            ...(row.failureReason === operation.error?.detail ? [] : [`The row says ${row.failureReason}.`]),
          ];
        },
        invariants: bed.invariants,
        dispose: () => bed.links.close(),
      };
    },
  };
}

const vm = scenario('vm', true);
it.each(matrixCases(vm))('a VM: $title', async (one) => {
  expect(await runMatrixCase(vm, one)).toEqual([]);
});

// The steps are the same; what differs is what is defined, and on which engine.
const container = scenario('container', true);
const ofContainers = ['create-volumes', 'define', 'start'];
it.each(matrixCases(container).filter(({ fault }) => fault.type === 'cut' && ofContainers.includes(fault.step)))(
  'a container: $title',
  async (one) => {
    expect(await runMatrixCase(container, one)).toEqual([]);
  },
);

it('what is not to be started stays stopped', async () => {
  const bed = await createAtollTestbed(ground);
  const admitted = await admitInstance(bed, { start: false });
  const operation = await driveInstance(bed, admitted.operationId);
  expect(operation.steps.filter(({ state }) => state === 'skipped').map(({ name }) => name)).toEqual([
    'start',
    'wait-until-running',
  ]);
  expect(await whatIsThere(bed, 'vm', admitted)).toMatchObject({ observed: 'stopped', onHost: 'stopped' });
  expect(await bed.invariants()).toEqual([]);
});

it('a full disk explains itself and leaves nothing behind', async () => {
  const faults = new FaultPlan();
  faults.order('createVolume', 'full');
  const bed = await createAtollTestbed(ground, { simulator: { faults } });
  const admitted = await admitInstance(bed);
  const operation = await driveInstance(bed, admitted.operationId);
  expect(operation).toMatchObject({ state: 'failed', error: { code: 'host_storage_full', step: 'create-volumes' } });
  expect(await whatIsThere(bed, 'vm', admitted)).toMatchObject({ lifecycle: 'failed', onHost: 'gone', claims: [] });
  expect(await bed.invariants()).toEqual([]);
});

it('volumes that were there before are free again after a failure, with all that is on them', async () => {
  const faults = new FaultPlan();
  faults.order('defineInstance', 'full');
  const bed = await createAtollTestbed(ground, { simulator: { faults } });
  const { instanceId, volumeId, operationId } = await admitInstance(bed, { kind: 'container' });
  const ref = { id: volumeId, projectId: bed.projectId };
  const { name, kind, storagePool, sizeGiB } = await inTx(bed.db, (tx) => updateVolume(tx, ref, { state: 'ready' }));
  bed.machines.docker.createVolume({
    ...{ ...ref, name, kind, storagePool, sizeGiB, operationId: 'another' },
    ...{ baseSha256: null, baseFormat: null },
  });
  await driveInstance(bed, operationId);
  expect(await getVolume(bed.db, ref)).toMatchObject({ state: 'ready', instance: null, target: null });
  expect(bed.machines.docker.volumes.has(volumeId)).toBe(true);
  expect(await listInstanceVolumes(bed.db, { instanceId, projectId: bed.projectId })).toEqual([]);
});

it('secrets reach the host and nothing else', async () => {
  const bed = await createAtollTestbed(ground);
  const container = await admitInstance(bed, { kind: 'container' });
  const vm = await admitInstance(bed, { kind: 'vm' });
  for (const { operationId } of [container, vm]) await driveInstance(bed, operationId);
  expect(bed.machines.docker.instances.get(container.instanceId)?.spec).toMatchObject({
    env: { TOKEN: 'sealed-value' },
  });
  expect(bed.machines.libvirt.instances.get(vm.instanceId)?.spec).toMatchObject({
    seed: { userData: '#!/bin/sh\necho hello\n' },
    disks: [{ volumeId: vm.volumeId, bootOrder: 1 }],
  });
  const rows = await bed.db.$queryRaw`
    SELECT to_jsonb(o)::text AS row FROM operation o UNION ALL SELECT to_jsonb(s)::text FROM operation_step s
    UNION ALL SELECT to_jsonb(e)::text FROM event e UNION ALL SELECT to_jsonb(i)::text FROM instance i
    UNION ALL SELECT to_jsonb(l)::text FROM operation_log l`;
  expect(JSON.stringify(rows)).not.toMatch(/sealed-value|echo hello/);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listClaims } from '#server/db/claim-store.ts';
import { inTx } from '#server/db/client.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { findInstance, getInstance } from '#server/db/instance-store.ts';
import { listHostVolumes } from '#server/db/volume-store.ts';
import type { PowerState } from '#server/drivers/driver.ts';
import {
  type AtollGround,
  type AtollTestbed,
  createAtollGround,
  createAtollTestbed,
} from '#server/testing/atoll-testbed.ts';
import { createInstance, driveInstance } from '#server/testing/drive-instance.ts';
import { enqueueOnInstance, type InstanceKind } from '#server/testing/instance-rows.ts';
import { runMatrixCase, type Scenario } from '#server/testing/workflow-harness.ts';
import { matrixCases } from '#server/testing/workflow-matrix.ts';
import { allWorkflows } from './all-workflows.ts';
import type { WorkflowTools } from './workflow-tools.ts';

let ground: AtollGround;
beforeAll(async () => {
  ground = await createAtollGround();
});
afterAll(() => ground?.dispose());

interface Tried {
  kind: InstanceKind;
  /** How the instance is before it. */
  from: PowerState;
  input?: Record<string, unknown>;
  skipped?: string[];
  /** What must be when it succeeded; answers sentences. */
  isComplete(bed: AtollTestbed, instanceId: string): Promise<string[]>;
  /** What must be when it failed; default: nothing has been lost. */
  isUndone?(bed: AtollTestbed, instanceId: string): Promise<string[]>;
}

const unless = (fine: boolean, complaint: string): string[] => (fine ? [] : [complaint]);

async function stateOf(bed: AtollTestbed, instanceId: string) {
  const row = await findInstance(bed.db, { id: instanceId, projectId: bed.projectId });
  return { row, onHost: bed.machines.libvirt.instances.get(instanceId)?.observed };
}

/** The row says what is on the host, and that is the state that was asked for. */
const reaches =
  (state: PowerState): Tried['isComplete'] =>
  async (bed, instanceId) => {
    const { row, onHost } = await stateOf(bed, instanceId);
    return unless(
      onHost?.state === state && row?.observedState === state && row.desiredState === state,
      `It is ${onHost?.state} on the host, ${row?.observedState} in its row and shall be ${row?.desiredState}.`,
    );
  };

const isThere: Tried['isComplete'] = async (bed, instanceId) => {
  const { row, onHost } = await stateOf(bed, instanceId);
  return unless(row?.lifecycle === 'ready' && onHost !== undefined, 'It is not there any more.');
};

const isDeleted: Tried['isComplete'] = async (bed, instanceId) => {
  const { row, onHost } = await stateOf(bed, instanceId);
  const claims = await listClaims(bed.db, { projectId: bed.projectId, ownerId: instanceId });
  const volumes = await listHostVolumes(bed.db, { hostId: bed.host.id });
  return [
    ...unless(row === null && onHost === undefined, 'It is still there.'),
    ...unless(claims.length === 0, 'It still has claims.'),
    ...unless(volumes.length === bed.machines.libvirt.volumes.size, 'Rows and volumes of the host differ.'),
  ];
};

const named =
  (name: string): Tried['isComplete'] =>
  async (bed, instanceId) => {
    const { row, onHost } = await stateOf(bed, instanceId);
    const fine = row?.name === name && onHost?.name.startsWith(name) === true;
    return unless(fine, `It is called ${row?.name} in its row and ${onHost?.name} on the host.`);
  };

const tried: Tried[] = [
  { kind: 'instance.start', from: 'stopped', isComplete: reaches('running') },
  { kind: 'instance.reboot', from: 'running', isComplete: reaches('running') },
  { kind: 'instance.reset', from: 'running', isComplete: reaches('running') },
  { kind: 'instance.pause', from: 'running', isComplete: reaches('paused') },
  { kind: 'instance.resume', from: 'paused', isComplete: reaches('running') },
  { kind: 'instance.stop', from: 'running', isComplete: reaches('stopped') },
  {
    kind: 'instance.rename',
    from: 'running',
    input: { name: 'new-name', previousName: 'old-name' },
    isComplete: named('new-name'),
    isUndone: named('old-name'),
  },
  { kind: 'instance.delete', from: 'running', isComplete: isDeleted },
];

function scenarioOf({ kind, from, input, skipped, isComplete, isUndone = isThere }: Tried): Scenario<WorkflowTools> {
  const workflow = allWorkflows.find((one) => one.kind === kind)!;
  return {
    workflow,
    skipped,
    async prepare(cuts) {
      const bed = await createAtollTestbed(ground, { wrap: (driver) => cuts.wrap(driver) });
      const { instanceId } = await createInstance(bed);
      if (from !== 'running') bed.machines.libvirt.setState(instanceId, from);
      await inTx(bed.db, async (tx) => {
        const ref = { id: instanceId, projectId: bed.projectId };
        if (kind === 'instance.rename') {
          await updateInstance(tx, ref, { name: 'new-name' });
          bed.machines.libvirt.rename({ ...ref, generation: 1 }, 'old-name');
        }
        if (kind === 'instance.delete') await updateInstance(tx, ref, { lifecycle: 'deleting' });
      });
      return {
        db: bed.db,
        tools: bed.tools,
        operationId: await enqueueOnInstance(bed, kind, instanceId, input),
        isComplete: () => isComplete(bed, instanceId),
        isUndone: () => isUndone(bed, instanceId),
        invariants: bed.invariants,
        dispose: () => bed.links.close(),
      };
    },
  };
}

describe.each(tried.map((one) => [one.kind, scenarioOf(one)] as const))('the crash matrix of %s', (_kind, scenario) => {
  it.each(matrixCases(scenario))('$title', async (one) => {
    expect(await runMatrixCase(scenario, one)).toEqual([]);
  });
});

it('a guest that does not listen is forced off when its time is over', async () => {
  const bed = await createAtollTestbed(ground, { simulator: { stopsAfterMs: null } });
  const { instanceId } = await createInstance(bed);
  const input = { timeoutSeconds: 1, force: false };
  const operation = await driveInstance(bed, await enqueueOnInstance(bed, 'instance.stop', instanceId, input));
  expect(operation.steps.map(({ name, output }) => [name, output])).toMatchObject([
    ['request-stop', {}],
    ['wait-until-stopped', { stopped: false }],
    ['force-off', { forced: true }],
  ]);
  expect(await reaches('stopped')(bed, instanceId)).toEqual([]);
});

it('deleting keeps the disks if asked: with their claims, free for another instance', async () => {
  const bed = await createAtollTestbed(ground);
  const { instanceId, volumeId } = await createInstance(bed);
  await driveInstance(bed, await enqueueOnInstance(bed, 'instance.delete', instanceId, { keepVolumes: true }));
  const [volume, ...others] = await listHostVolumes(bed.db, { hostId: bed.host.id });
  expect(others).toEqual([]);
  expect(volume).toMatchObject({ id: volumeId, state: 'ready', instance: null });
  expect(await listClaims(bed.db, { projectId: bed.projectId, ownerId: volumeId })).not.toEqual([]);
  expect(bed.machines.libvirt.volumes.has(volumeId)).toBe(true);
  expect(await bed.invariants()).toEqual([]);
});

it('the history says what was done, and what failed and why', async () => {
  const bed = await createAtollTestbed(ground);
  const { instanceId } = await createInstance(bed);
  bed.machines.libvirt.setState(instanceId, 'stopped');
  await driveInstance(bed, await enqueueOnInstance(bed, 'instance.reboot', instanceId));
  const events = await bed.db.event.findMany({ where: { targetId: instanceId }, orderBy: { at: 'asc' } });
  expect(events).toMatchObject([
    { type: 'instance.created', severity: 'info' },
    { type: 'instance.reboot_failed', severity: 'error', message: 'It could not be rebooted. It is stopped.' },
  ]);
  const row = await getInstance(bed.db, { id: instanceId, projectId: bed.projectId });
  expect(row).toMatchObject({ lifecycle: 'ready', desiredState: 'running' });
});

import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { releaseClaims } from '#server/db/claim-change-store.ts';
import type { AtollTx } from '#server/db/client.ts';
import { completeInstance } from '#server/db/complete-instance.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { listInstanceVolumes, updateVolume } from '#server/db/volume-store.ts';
import type { InstanceSpec } from '#server/drivers/driver.ts';
import { containerDefinition } from './instance/container-definition.ts';
import { createVolumes, instanceVolumes } from './instance/create-volumes.ts';
import { fetchImage } from './instance/fetch-image.ts';
import { recordInstanceEvent, recordInstanceFailure } from './instance/instance-event.ts';
import { type InstanceTarget, inProjectOf, instanceTarget } from './instance/instance-target.ts';
import { observeWhenDone } from './instance/observe.ts';
import { vmDefinition } from './instance/vm-definition.ts';
import { waitForState } from './instance/wait-for-state.ts';
import { type AtollContext, type AtollStep, type AtollWorkflow, callOptions } from './workflow-tools.ts';

type Input = OperationInput<'instance.create'>;

/** The project's bridge and the storage pool stay when the create is undone: others of the project use them. */
const prepareHost: AtollStep<Input> = {
  name: 'prepare-host',
  timeoutMs: 60_000,
  light: true,
  async run(context) {
    const { driver, instance, host } = await instanceTarget(context);
    const { projectId, network } = instance;
    await driver.prepare({ projectId, storagePool: host.storagePool, network }, callOptions(context, 45_000));
    return undefined;
  },
};

/** Light only in that what it needs to know is read while its beginning is written; then it goes to the host. */
const define: AtollStep<Input> = {
  name: 'define',
  timeoutMs: 120_000,
  light: true,
  async run(context) {
    const target = await instanceTarget(context);
    const [definition] = await Promise.all([definitionFor(context, target), context.begin()]);
    await target.driver.defineInstance(definition, callOptions(context, 90_000));
    // What is started next is looked at when it runs.
    if (!context.input.start)
      observeWhenDone(context, target, await target.driver.getInstance(target.ref.id, callOptions(context)));
    return undefined;
  },
  async undo(context) {
    const { driver, ref } = await instanceTarget(context);
    await driver.undefineInstance(ref, callOptions(context, 60_000));
  },
};

async function definitionFor(context: AtollContext<Input>, target: InstanceTarget): Promise<InstanceSpec> {
  const volumes = await instanceVolumes(context);
  const { spec } = target;
  return spec.kind === 'vm'
    ? vmDefinition(context, target, spec, volumes)
    : containerDefinition(context, target, spec, volumes);
}

const start: AtollStep<Input> = {
  name: 'start',
  timeoutMs: 120_000,
  when: (input) => input.start,
  async run(context) {
    const { driver, ref } = await instanceTarget(context);
    await driver.startInstance(ref, callOptions(context, 90_000));
    return undefined;
  },
  async undo(context) {
    const { driver, ref } = await instanceTarget(context);
    const observed = await driver.getInstance(ref.id, callOptions(context));
    if (observed && observed.state !== 'stopped') await driver.forceOff(ref, callOptions(context, 45_000));
  },
};

/** What ends by itself at once has been created all the same; its state and reason say the rest. */
const waitUntilRunning: AtollStep<Input> = {
  name: 'wait-until-running',
  light: true,
  timeoutMs: 60_000,
  when: (input) => input.start,
  async run(context) {
    const target = await instanceTarget(context);
    const observed = await waitForState(context, target, ['running', 'stopped', 'crashed'], 30_000);
    observeWhenDone(context, target, observed);
    return { state: observed?.state ?? 'missing' };
  },
};

/** Quota, capacity, rows and names were taken when the request was admitted; these steps make it true on the host. */
export const instanceCreate: AtollWorkflow<Input> = {
  kind: 'instance.create',
  version: 1,
  input: operationInput['instance.create'],
  direction: 'undoable',
  steps: [prepareHost, fetchImage, createVolumes, define, start, waitUntilRunning],
  async onSucceeded(tx, operation, { instanceId, start: started }) {
    const { id, projectId } = inProjectOf(operation, instanceId);
    const { name } = await completeInstance(tx, { id, projectId }, started ? 'running' : 'stopped');
    await recordInstanceEvent(tx, operation, { type: 'instance.created', message: 'It was created.', name });
    return { instanceId };
  },
  async onFailed(tx, operation, { instanceId }, problem) {
    const { id, projectId } = inProjectOf(operation, instanceId);
    await releaseVolumes(tx, projectId, id);
    await releaseClaims(tx, { ownerId: id, projectId });
    await updateInstance(
      tx,
      { id, projectId },
      { lifecycle: 'failed', failureReason: problem.detail, observedState: null },
    );
    const message = 'It could not be created.';
    await recordInstanceFailure(tx, operation, { type: 'instance.create_failed', message, problem });
  },
};

/** New volumes are failed with the instance; those that were there before it are free again, with all that is on them. */
async function releaseVolumes(tx: AtollTx, projectId: string, instanceId: string): Promise<void> {
  for (const { id, state } of await listInstanceVolumes(tx, { instanceId, projectId })) {
    if (state === 'creating') {
      await updateVolume(tx, { id, projectId }, { state: 'failed' });
      await releaseClaims(tx, { ownerId: id, projectId });
    } else {
      await updateVolume(tx, { id, projectId }, { instanceId: null, target: null, readOnly: false });
    }
  }
}

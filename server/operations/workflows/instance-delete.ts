import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { moveClaims, releaseClaims } from '#server/db/claim-change-store.ts';
import { deleteInstance } from '#server/db/instance-change-store.ts';
import { deleteSecrets } from '#server/db/sealed-secret-store.ts';
import { deleteVolume, listInstanceVolumes, updateVolume, type VolumeRow } from '#server/db/volume-store.ts';
import type { StepOutput } from '../engine/workflow.ts';
import { instanceVolumes, volumeRef } from './instance/create-volumes.ts';
import { recordInstanceEvent } from './instance/instance-event.ts';
import { findOperationInstance, type InstanceTarget, inProjectOf, instanceTarget } from './instance/instance-target.ts';
import { type AtollContext, type AtollStep, type AtollWorkflow, callOptions } from './workflow-tools.ts';

type Input = OperationInput<'instance.delete'>;

/** A disk that was never made, or whose create was undone, cannot be kept. */
const isKept = (volume: VolumeRow, keepVolumes: boolean): boolean => keepVolumes && volume.state === 'ready';

/** Does its work unless the instance has no host (any more): then there is nothing on any host. */
const onHost =
  (work: (context: AtollContext<Input>, target: InstanceTarget) => Promise<StepOutput>) =>
  async (context: AtollContext<Input>): Promise<StepOutput> => {
    const instance = await findOperationInstance(context);
    return instance?.host ? work(context, await instanceTarget(context)) : undefined;
  };

const forceOff: AtollStep<Input> = {
  name: 'force-off',
  timeoutMs: 60_000,
  run: onHost(async (context, { driver, ref }) => {
    const observed = await driver.getInstance(ref.id, callOptions(context));
    const forced = observed !== null && observed.state !== 'stopped';
    if (forced) await driver.forceOff(ref, callOptions(context, 45_000));
    return { forced };
  }),
};

const undefine: AtollStep<Input> = {
  name: 'undefine',
  timeoutMs: 90_000,
  run: onHost(async (context, { driver, ref }) => {
    await driver.undefineInstance(ref, callOptions(context, 60_000));
    return undefined;
  }),
};

const deleteVolumes: AtollStep<Input> = {
  name: 'delete-volumes',
  timeoutMs: 300_000,
  run: onHost(async (context, { driver }) => {
    const { keepVolumes } = context.input;
    const volumes = (await instanceVolumes(context)).filter((volume) => !isKept(volume, keepVolumes));
    for (const volume of volumes) await driver.deleteVolume(volumeRef(volume), callOptions(context, 120_000));
    return { deleted: volumes.length };
  }),
};

/** Forward only: what is gone stays gone, and quota and capacity come back last, when nothing is left on the host. */
export const instanceDelete: AtollWorkflow<Input> = {
  kind: 'instance.delete',
  version: 1,
  input: operationInput['instance.delete'],
  direction: 'forward-only',
  steps: [forceOff, undefine, deleteVolumes],
  async onSucceeded(tx, operation, { instanceId, keepVolumes }) {
    const { projectId } = inProjectOf(operation, instanceId);
    await recordInstanceEvent(tx, operation, { type: 'instance.deleted', message: 'It was deleted.' });
    for (const volume of await listInstanceVolumes(tx, { instanceId, projectId })) {
      const ref = { id: volume.id, projectId };
      if (isKept(volume, keepVolumes)) {
        await moveClaims(tx, { ownerId: instanceId, projectId, resources: ['diskGiB'], toOwnerId: volume.id });
        await updateVolume(tx, ref, { instanceId: null, target: null, readOnly: false });
      } else {
        await deleteVolume(tx, ref);
        await releaseClaims(tx, { ownerId: volume.id, projectId });
      }
    }
    await releaseClaims(tx, { ownerId: instanceId, projectId });
    await deleteSecrets(tx, { ownerType: 'instance', ownerId: instanceId });
    await deleteInstance(tx, { id: instanceId, projectId });
    return undefined;
  },
};

import { listInstanceVolumes, type VolumeRow } from '#server/db/volume-store.ts';
import type { VolumeRef, VolumeSpec } from '#server/drivers/driver.ts';
import { type AtollContext, type AtollStep, callOptions } from '../workflow-tools.ts';
import { inProjectOf, instanceTarget } from './instance-target.ts';

type Context = AtollContext<{ instanceId: string }>;

/** The volumes of the instance, root disk first. */
export function instanceVolumes({ tools, operation, input, shared }: Context): Promise<VolumeRow[]> {
  const { id: instanceId, projectId } = inProjectOf(operation, input.instanceId);
  return shared('volumes', () => listInstanceVolumes(tools.db, { instanceId, projectId }));
}

/** How the driver knows a volume. */
export function volumeRef({ id, markedProjectId, kind, storagePool }: VolumeRow): VolumeRef {
  return { id, projectId: markedProjectId, kind, storagePool };
}

/** Those that this operation makes; the others were there before and are never touched here. */
const isNew = (volume: VolumeRow): boolean => volume.state === 'creating';

/** Makes the new volumes of an instance. The undo deletes what carries this operation's mark, and nothing else. */
export const createVolumes: AtollStep<{ instanceId: string }> = {
  name: 'create-volumes',
  weight: 2,
  timeoutMs: 600_000,
  light: true,
  async run(context) {
    const { driver } = await instanceTarget(context);
    const volumes = (await instanceVolumes(context)).filter(isNew);
    if (volumes.length > 0) await context.begin();
    for (const volume of volumes) {
      const { name, sizeGiB, baseSha256, baseFormat } = volume;
      const operationId = context.operation.id;
      const spec: VolumeSpec = { ...volumeRef(volume), name, sizeGiB, baseSha256, baseFormat, operationId };
      await driver.createVolume(spec, callOptions(context, 600_000));
    }
    return undefined;
  },
  async undo(context) {
    const { driver } = await instanceTarget(context);
    for (const volume of (await instanceVolumes(context)).filter(isNew)) {
      const ref = volumeRef(volume);
      const found = await driver.findVolume(ref, callOptions(context));
      if (found === null) continue;
      if (found.operationId !== null && found.operationId !== context.operation.id) {
        context.log('warn', `The volume ${volume.id} was made by operation ${found.operationId}; it is left alone.`);
        continue;
      }
      await driver.deleteVolume(ref, callOptions(context, 60_000));
    }
  },
};

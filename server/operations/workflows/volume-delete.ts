import { type OperationInput, operationInput } from '#server/contract/operation-input.ts';
import { releaseClaims } from '#server/db/claim-change-store.ts';
import { deleteVolume, getVolume } from '#server/db/volume-store.ts';
import { volumeRef } from './instance/create-volumes.ts';
import { inProjectOf } from './instance/instance-target.ts';
import { type AtollWorkflow, callOptions } from './workflow-tools.ts';

/** Deletes a volume that nothing uses, which the service has made sure of. */
export const volumeDelete: AtollWorkflow<OperationInput<'volume.delete'>> = {
  kind: 'volume.delete',
  version: 1,
  input: operationInput['volume.delete'],
  direction: 'forward-only',
  steps: [
    {
      name: 'delete-volume',
      timeoutMs: 180_000,
      async run(context) {
        const { tools, operation, input } = context;
        const volume = await getVolume(tools.db, inProjectOf(operation, input.volumeId));
        const driver = await tools.hosts.driver(volume.host.id, volume.kind === 'disk' ? 'libvirt' : 'docker');
        await driver.deleteVolume(volumeRef(volume), callOptions(context, 120_000));
        return undefined;
      },
    },
  ],
  async onSucceeded(tx, operation, { volumeId }) {
    const ref = inProjectOf(operation, volumeId);
    await deleteVolume(tx, ref);
    await releaseClaims(tx, { ownerId: volumeId, projectId: ref.projectId });
    return undefined;
  },
};

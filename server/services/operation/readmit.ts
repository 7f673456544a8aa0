import { AtollError } from '#server/contract/errors.ts';
import { operationInput } from '#server/contract/operation-input.ts';
import { type Amounts, claimHost, claimQuotas } from '#server/db/claim-store.ts';
import type { AtollTx } from '#server/db/client.ts';
import { updateImage } from '#server/db/image-store.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import type { OperationRow } from '#server/db/operation-store.ts';
import { findPoolOfHost, mustClaimPoolQuota } from '#server/db/pool-quota-store.ts';
import { listInstanceVolumes, updateVolume } from '#server/db/volume-store.ts';

/**
 * Does again what admitting an operation did, because its undo gave all of it back: claims, names and states. Kinds that
 * admit nothing but themselves (power, inspection, pulls) have nothing to do here; deletes are never undone.
 */
export async function readmit(tx: AtollTx, failed: OperationRow, operation: { id: string }): Promise<void> {
  switch (failed.kind) {
    case 'instance.create':
      return readmitCreate(tx, failed, operation.id);
    case 'instance.rename': {
      const { instanceId, name } = operationInput['instance.rename'].parse(failed.input);
      await updateInstance(tx, { projectId: projectOf(failed), id: instanceId }, { name });
      return;
    }
    case 'image.import': {
      const { imageId } = operationInput['image.import'].parse(failed.input);
      const ref = { id: imageId, projectId: failed.projectId, fromStates: ['failed'] as const };
      await updateImage(tx, ref, { state: 'importing', stateReason: null });
      return;
    }
    case 'host-key.scan':
      throw new AtollError('state_conflict', 'Scan the host again instead.');
    case 'container-image.load':
      throw new AtollError('state_conflict', 'The file is gone; upload it again.');
    case 'instance.start':
    case 'instance.stop':
    case 'instance.reboot':
    case 'instance.reset':
    case 'instance.pause':
    case 'instance.resume':
    case 'instance.delete':
    case 'volume.delete':
    case 'image.delete':
    case 'project.delete':
    case 'host.enroll':
    case 'host.inspect':
    case 'host.remove':
    case 'container-image.pull':
    case 'container-image.remove':
      return;
  }
}

/** The instance is made on the host that was chosen first: its kept volumes lie there. */
async function readmitCreate(tx: AtollTx, failed: OperationRow, operationId: string): Promise<void> {
  const { instanceId } = operationInput['instance.create'].parse(failed.input);
  const projectId = projectOf(failed);
  const { host, kind, vcpus, memoryMiB, lifecycle } = await getInstance(tx, { projectId, id: instanceId });
  if (!host || lifecycle !== 'failed')
    throw new AtollError('state_conflict', 'It cannot be created again; delete it and make a new one.');
  const volumes = (await listInstanceVolumes(tx, { projectId, instanceId })).filter(({ state }) => state === 'failed');
  // Quota first, then its pool's, then the host: the one order of locks (claim-store.ts).
  const claims = { projectId, operationId, hostId: host.id };
  const owners: { ownerId: string; amounts: Amounts }[] = [
    {
      ownerId: instanceId,
      amounts: { instances: 1, containers: kind === 'container' ? 1 : 0, vcpus, memoryMiB },
    },
    ...volumes.map(({ id, sizeGiB }) => ({ ownerId: id, amounts: { diskGiB: sizeGiB, volumes: 1 } })),
  ];
  const quotaClaims = owners.map(({ ownerId, amounts }) => ({ claimFor: { operationId, ownerId }, amounts }));
  await claimQuotas(tx, projectId, quotaClaims);
  const poolId = await findPoolOfHost(tx, { hostId: host.id });
  if (poolId === null) throw new AtollError('no_valid_host', 'Its host is gone.');
  for (const { ownerId, amounts } of owners) {
    const { volumes: _, ...inPool } = amounts;
    await mustClaimPoolQuota(tx, { ...claims, ownerId, poolId }, inPool);
  }
  await claimHost(tx, { ...claims, ownerId: instanceId }, { vcpus, memoryMiB });
  for (const { id, sizeGiB } of volumes) {
    await claimHost(tx, { ...claims, ownerId: id }, { diskGiB: sizeGiB });
    await updateVolume(tx, { projectId, id }, { state: 'creating' });
  }
  await updateInstance(tx, { projectId, id: instanceId }, { lifecycle: 'creating', failureReason: null });
}

function projectOf(operation: OperationRow): string {
  if (operation.projectId !== null) return operation.projectId;
  throw new AtollError('internal', undefined, { detail: `operation ${operation.id} of an instance has no project` });
}

import { AtollError } from '#server/contract/errors.ts';
import type { VmSpecRecord } from '#server/contract/instance-spec.ts';
import type { VolumeRow } from '#server/db/volume-store.ts';
import type { VmSpec } from '#server/drivers/driver.ts';
import { makeSeed } from '../seed/make-seed.ts';
import type { AtollContext } from '../workflow-tools.ts';
import { definitionOf } from './definition.ts';
import type { InstanceTarget } from './instance-target.ts';

/** The VM that libvirt is asked for, by what its host can do. Its user-data is opened here and goes into the seed alone. */
export async function vmDefinition(
  context: AtollContext<{ instanceId: string }>,
  target: InstanceTarget,
  spec: VmSpecRecord,
  volumes: readonly VolumeRow[],
): Promise<VmSpec> {
  const { instance, host } = target;
  if (volumes.length === 0) throw new AtollError('conflict', 'Its disk is not there any more; create it again.');
  const libvirt = host.engines.find((engine) => engine.type === 'libvirt')?.capabilities;
  if (libvirt?.type !== 'libvirt') {
    throw new AtollError('host_unsuitable', `What libvirt can do on ${host.name} is not known: run the host doctor.`);
  }
  if (instance.mac === null) throw new AtollError('internal', undefined, { detail: `VM ${instance.id} has no MAC.` });
  const { id: instanceId, hostname } = instance;
  const secret = { ownerType: 'instance', ownerId: instanceId, purpose: 'user-data' } as const;
  const userData = await context.tools.openSecret(secret);
  const bootFirst = volumes.toSorted((a, b) => Number(b.bootable) - Number(a.bootable));
  return {
    ...definitionOf(context.operation, instance),
    kind: 'vm',
    storagePool: host.storagePool,
    domainType: libvirt.domainType,
    machine: libvirt.machine,
    disks: bootFirst.map((volume, index) => ({ volumeId: volume.id, bootOrder: index + 1 })),
    cdromSha256: spec.image?.format === 'iso' ? spec.image.sha256 : null,
    network: instance.network === 'none' ? null : instance.network,
    mac: instance.mac,
    seed: makeSeed({ instanceId, hostname, sshKeys: spec.sshKeys, userData: userData?.reveal() ?? null }),
  };
}

import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import { DriverError, type ObservedVolume, type VolumeRef, type VolumeSpec } from '../driver.ts';
import { volumeListSchema, volumeSchema } from './answers.ts';
import { type Call, type DockerEngine, hasStatus } from './docker-engine.ts';
import { type Labels, labelNames, volumeName } from './labels.ts';

const bytesPerGiB = 2 ** 30;

/**
 * Makes a named volume of driver `local` without any options: with options it could be a bind mount of the host's files.
 * Docker cannot hold it to its size on most hosts; the size is written on it, and counted against the quota.
 */
export async function createVolume(engine: DockerEngine, call: Call, spec: VolumeSpec): Promise<void> {
  if (spec.kind !== 'container' || spec.baseSha256 !== null) {
    throw new DriverError('validation_failed', 'Docker makes empty container volumes only.', { outcome: 'not_done' });
  }
  if (await findVolume(engine, call, spec)) return;
  const body = {
    Name: volumeName(spec.id),
    Driver: 'local',
    Labels: {
      [labelNames.volume]: spec.id,
      [labelNames.project]: spec.projectId,
      [labelNames.operation]: spec.operationId,
      [labelNames.sizeGiB]: String(spec.sizeGiB),
    },
  };
  await engine.post(call, dockerPath`/volumes/create`, { body });
  // Docker answers success, too, when a volume of this name was there, whoever made it and however.
  await requireVolume(engine, call, spec);
}

/** @throws DriverError `conflict` when the volume of this name is not ours, or another project's. */
export async function findVolume(engine: DockerEngine, call: Call, ref: VolumeRef): Promise<ObservedVolume | null> {
  const volume = await engine.find(call, volumeSchema, dockerPath`/volumes/${volumeName(ref.id)}`);
  if (!volume) return null;
  const { [labelNames.volume]: id, [labelNames.project]: projectId } = volume.Labels ?? {};
  if (volume.Driver === 'local' && id === ref.id && projectId === ref.projectId) return observe(ref.id, volume.Labels);
  const message = `The volume ${volume.Name} on the host does not belong to this project.`;
  throw new DriverError('conflict', message, { outcome: 'not_done' });
}

export async function requireVolume(engine: DockerEngine, call: Call, ref: VolumeRef): Promise<ObservedVolume> {
  const volume = await findVolume(engine, call, ref);
  if (volume) return volume;
  throw new DriverError('not_found', `There is no volume ${ref.id} on the host.`, { outcome: 'not_done' });
}

/** @throws DriverError `in_use` while a container, even a stopped one, has it. */
export async function deleteVolume(engine: DockerEngine, call: Call, ref: VolumeRef): Promise<void> {
  if (!(await findVolume(engine, call, ref))) return;
  try {
    await engine.delete(call, dockerPath`/volumes/${volumeName(ref.id)}`);
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    throw new DriverError('in_use', 'A container still uses this volume.', { outcome: 'not_done', cause: error });
  }
}

/** All volumes with our labels. */
export async function listVolumes(engine: DockerEngine, call: Call): Promise<ObservedVolume[]> {
  const query = { filters: { label: [labelNames.volume] } };
  const { Volumes } = await engine.get(call, volumeListSchema, dockerPath`/volumes`, query);
  return (Volumes ?? []).flatMap(({ Name, Labels }) => {
    const id = Labels?.[labelNames.volume];
    return id !== undefined && Name === volumeName(id) ? [observe(id, Labels)] : [];
  });
}

function observe(id: string, labels: Labels | null | undefined): ObservedVolume {
  const sizeGiB = Number(labels?.[labelNames.sizeGiB] ?? 0) || 0;
  return {
    id,
    kind: 'container',
    sizeBytes: sizeGiB * bytesPerGiB,
    operationId: labels?.[labelNames.operation] ?? null,
  };
}

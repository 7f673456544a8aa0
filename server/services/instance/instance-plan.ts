import { AtollError } from '#server/contract/errors.ts';
import type { CreateContainer, CreateInstance, CreateVm } from '#server/contract/instance.ts';
import type { InstanceSpecRecord } from '#server/contract/instance-spec.ts';
import type { AtollTx } from '#server/db/client.ts';
import { getFlavor } from '#server/db/flavor-store.ts';
import { getImage, type ImageRow } from '#server/db/image-store.ts';
import { findVolumeByName, getVolume, type VolumeRow } from '#server/db/volume-store.ts';
import type { PlacementRequest } from '#server/scheduler/snapshot.ts';
import { maySystem } from '../access/effective-right.ts';
import { minDiskGiB } from '../image/image-view.ts';
import type { ProjectContext } from '../service-context.ts';

/** What a request comes to, before it is known where: sizes, image, volumes and the record for the worker. */
export interface InstancePlan {
  size: PlacementRequest['size'];
  flavorId: string | null;
  image: { id: string | null; name: string } | null;
  imageSha256: string | null;
  spec: InstanceSpecRecord;
  /** Root disk to make; null for containers and kept disks. */
  newDisk: { sizeGiB: number; base: { sha256: string; format: 'qcow2' | 'raw' } | null } | null;
  /** Volumes that are there already; they pin the instance to their host. */
  kept: { volume: VolumeRow; target: string | null; readOnly: boolean }[];
  /** Volumes of containers to make. */
  newVolumes: { name: string; target: string; readOnly: boolean }[];
  hostId: string | null;
}

const wrong = (pointer: string, message: string): AtollError =>
  new AtollError('validation_failed', message, { fields: [{ pointer, code: 'invalid', message }] });

/** Reads what the request names and holds it against the rules. Throws `validation_failed`, `not_found`, `image_not_ready`… */
export async function planInstance(tx: AtollTx, ctx: ProjectContext, input: CreateInstance): Promise<InstancePlan> {
  if (input.hostId !== undefined && !maySystem(ctx.actor, 'host:write'))
    throw new AtollError('forbidden', 'Only admins choose the host.');
  const plan = input.kind === 'vm' ? await planVm(tx, ctx, input) : await planContainer(tx, ctx, input);
  const hosts = new Set(
    [input.hostId, ...plan.kept.map(({ volume }) => volume.host.id)].filter((id) => id !== undefined),
  );
  if (hosts.size > 1) throw new AtollError('no_valid_host', 'Its volumes lie on different hosts.');
  const [hostId = null] = hosts;
  return { ...plan, hostId };
}

type PlanWithoutHost = Omit<InstancePlan, 'hostId'>;

async function planVm(tx: AtollTx, ctx: ProjectContext, input: CreateVm): Promise<PlanWithoutHost> {
  if ((input.imageId === undefined) === (input.bootVolumeId === undefined))
    throw wrong('/imageId', 'Choose an image or a kept disk, one of the two.');
  if (input.bootVolumeId !== undefined && input.count > 1)
    throw wrong('/count', 'A kept disk can be used by one VM only.');
  const size = await vmSize(tx, input);
  const { sshKeys } = input;
  if (input.bootVolumeId !== undefined) {
    const volume = await getVolume(tx, { projectId: ctx.project.id, id: input.bootVolumeId });
    if (volume.kind !== 'disk' || !volume.bootable) throw wrong('/bootVolumeId', 'A VM cannot boot from this volume.');
    return {
      ...size,
      size: { ...size.size, diskGiB: 0 },
      image: null,
      imageSha256: null,
      spec: { kind: 'vm', image: null, sshKeys },
      newDisk: null,
      kept: [{ volume, target: null, readOnly: false }],
      newVolumes: [],
    };
  }
  const image = await readyImage(tx, ctx, input.imageId ?? '');
  const least = minDiskGiB(image) ?? 1;
  if (size.size.diskGiB < least) throw wrong('/diskGiB', `The image needs a disk of at least ${least} GiB.`);
  const { sha256, format, sizeBytes, virtualSizeBytes } = image;
  return {
    ...size,
    image: { id: image.id, name: image.name },
    imageSha256: sha256,
    spec: { kind: 'vm', image: { sha256, format, sizeBytes, virtualSizeBytes }, sshKeys },
    // An ISO goes into the drive, and the disk beside it is empty.
    newDisk: { sizeGiB: size.size.diskGiB, base: format === 'iso' ? null : { sha256, format } },
    kept: [],
    newVolumes: [],
  };
}

async function vmSize(tx: AtollTx, input: CreateVm): Promise<Pick<InstancePlan, 'size' | 'flavorId'>> {
  const { flavorId, vcpus, memoryMiB, diskGiB } = input;
  if (flavorId !== undefined) {
    if (vcpus !== undefined || memoryMiB !== undefined)
      throw wrong('/flavorId', 'Choose a flavor or a size of your own, one of the two.');
    const flavor = await getFlavor(tx, { id: flavorId });
    // A larger disk than the flavor's is a common wish and is counted as it is.
    return { flavorId, size: { vcpus: flavor.vcpus, memoryMiB: flavor.memoryMiB, diskGiB: diskGiB ?? flavor.diskGiB } };
  }
  if (vcpus === undefined || memoryMiB === undefined)
    throw wrong('/flavorId', 'Choose a flavor, or give vcpus, memoryMiB and diskGiB.');
  if (diskGiB === undefined && input.bootVolumeId === undefined) throw wrong('/diskGiB', 'Give the size of the disk.');
  return { flavorId: null, size: { vcpus, memoryMiB, diskGiB: diskGiB ?? 0 } };
}

type ReadyImage = ImageRow & {
  sha256: string;
  format: 'qcow2' | 'raw' | 'iso';
  sizeBytes: number;
  virtualSizeBytes: number;
};

async function readyImage(tx: AtollTx, ctx: ProjectContext, id: string): Promise<ReadyImage> {
  const image = await getImage(tx, { id, scope: { projectIds: [ctx.project.id] }, includePublic: true });
  const { sha256, format, sizeBytes, virtualSizeBytes, state } = image;
  if (state !== 'ready' || sha256 === null || format === null || sizeBytes === null || virtualSizeBytes === null)
    throw new AtollError('image_not_ready', `The image ${image.name} is ${state}.`, { params: { state } });
  return { ...image, sha256, format, sizeBytes, virtualSizeBytes };
}

/** Limits of a container that asks for none. */
const containerDefaults = { vcpus: 1, memoryMiB: 256 };

async function planContainer(tx: AtollTx, ctx: ProjectContext, input: CreateContainer): Promise<PlanWithoutHost> {
  if (input.count > 1 && input.volumes.length > 0) throw wrong('/count', 'A volume can be used by one container only.');
  const flavor = input.flavorId === undefined ? null : await getFlavor(tx, { id: input.flavorId });
  const kept: InstancePlan['kept'] = [];
  const newVolumes: InstancePlan['newVolumes'] = [];
  for (const [index, mount] of input.volumes.entries()) {
    const volume = await findVolumeByName(tx, { projectId: ctx.project.id, name: mount.name });
    if (volume === null) newVolumes.push(mount);
    else if (volume.kind !== 'container') throw wrong(`/volumes/${index}/name`, 'This is the disk of a VM.');
    else kept.push({ volume, target: mount.target, readOnly: mount.readOnly });
  }
  return {
    size: {
      vcpus: input.vcpus ?? flavor?.vcpus ?? containerDefaults.vcpus,
      memoryMiB: input.memoryMiB ?? flavor?.memoryMiB ?? containerDefaults.memoryMiB,
      // Docker's local volumes have no size of their own: nothing is claimed for them.
      diskGiB: 0,
    },
    flavorId: flavor?.id ?? null,
    image: { id: null, name: input.image },
    imageSha256: null,
    spec: {
      kind: 'container',
      imageRef: input.image,
      command: input.command,
      entrypoint: input.entrypoint ?? null,
      ports: input.ports.map((port) => ({ ...port, hostPort: port.hostPort ?? null })),
      restartPolicy: input.restartPolicy,
      workingDir: input.workingDir ?? null,
      user: input.user ?? null,
      tty: input.tty,
    },
    newDisk: null,
    kept,
    newVolumes,
  };
}

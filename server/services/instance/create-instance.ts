import { randomBytes } from 'node:crypto';
import { AtollError } from '#server/contract/errors.ts';
import type { CreateInstance, Instance } from '#server/contract/instance.ts';
import type { Operation } from '#server/contract/operation.ts';
import { type Amounts, type ClaimFor, claimHost, claimQuotas, tryClaimHost } from '#server/db/claim-store.ts';
import type { AtollTx } from '#server/db/client.ts';
import { insertInstance } from '#server/db/instance-change-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { attachVolume, insertVolume } from '#server/db/volume-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import { explainPlacement } from '#server/scheduler/explain-placement.ts';
import { placeInstance } from '#server/scheduler/place-instance.ts';
import { claimInSnapshot, type HostSnapshot, type PlacementRequest } from '#server/scheduler/snapshot.ts';
import { startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ProjectContext } from '../service-context.ts';
import { freeDiskName } from './free-disk-name.ts';
import { hostSnapshots } from './host-snapshots.ts';
import { type InstancePlan, planInstance } from './instance-plan.ts';
import { instanceView } from './instance-view.ts';
import { numberedNames } from './numbered-names.ts';
import { sealInstanceSecrets } from './seal-instance-secrets.ts';

/** A claim may be lost to somebody who was faster; a fresh look at the hosts is taken so often. */
const maxPlacements = 4;

export interface CreatedInstances {
  instance: Instance;
  operation: Operation;
  instances: Instance[];
}

/**
 * Creates one or more instances: one transaction claims quota and capacity, writes the rows, seals the secrets and enqueues an
 * operation for each. All of them are admitted or none. Throws what `planInstance` throws, `name_taken`, `quota_exceeded`,
 * or `no_valid_host` with the reasons of each host.
 */
export async function createInstance(ctx: ProjectContext, input: CreateInstance): Promise<CreatedInstances> {
  const names = numberedNames(input.name, input.count);
  const ids = names.map(() => newId());
  const what = {
    action: 'instance.create',
    projectId: ctx.project.id,
    target: { type: 'instance', id: ids[0] ?? '' },
    detail: { name: input.name, kind: input.kind, count: input.count },
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await startWork(ctx, what, (tx) => admitAll(tx, ctx, input, names, ids));
    } catch (error) {
      if (!isLostClaim(error) || attempt >= maxPlacements) throw error;
    }
  }
}

/** Room on a host that had seemed to fit was taken by somebody else; the next look sees it. */
const isLostClaim = (error: unknown): boolean =>
  error instanceof AtollError &&
  error.code === 'no_valid_host' &&
  (error.options.extra?.lostClaim === true || error.options.extra?.hostId !== undefined);

async function admitAll(
  tx: AtollTx,
  ctx: ProjectContext,
  input: CreateInstance,
  names: readonly string[],
  ids: readonly string[],
): Promise<CreatedInstances> {
  const plan = await planInstance(tx, ctx, input);
  const request: PlacementRequest = {
    kind: input.kind,
    size: plan.size,
    network: input.network,
    image: plan.imageSha256,
    hostId: plan.hostId,
  };
  const making = names.map((name, index) => ({
    id: ids[index] ?? newId(),
    name,
    operationId: newId(),
    diskId: plan.newDisk ? newId() : null,
    volumeIds: plan.newVolumes.map(() => newId()),
  }));
  // All of the quota first, then hosts: the one order of locks (claim-store.ts).
  const claims = making.flatMap((made) => quotaClaims(ctx, plan, made));
  await claimQuotas(tx, ctx.project.id, claims);
  let hosts = await hostSnapshots(tx, plan.imageSha256);
  const admitted: { instance: Instance; operation: Operation }[] = [];
  for (const made of making) {
    const host = await claimFromHosts(tx, ctx, plan, made, request, hosts);
    admitted.push(await admitOne(tx, ctx, input, plan, made, host));
    hosts = claimInSnapshot(hosts, host.id, plan.size);
  }
  const [first] = admitted;
  if (!first) throw new AtollError('validation_failed', 'Nothing was asked for.');
  return { ...first, instances: admitted.map(({ instance }) => instance) };
}

/** Ids are given before anything is written, so that claims, rows and operation name each other. */
interface Making {
  id: string;
  name: string;
  operationId: string;
  diskId: string | null;
  /** Of the volumes in `plan.newVolumes`. */
  volumeIds: string[];
}

const claimsFor = (ctx: ProjectContext, { operationId }: Making, ownerId: string) => ({
  projectId: ctx.project.id,
  operationId,
  ownerId,
});

/** A new volume claims for itself, because it may outlive its instance. */
function quotaClaims(
  ctx: ProjectContext,
  plan: InstancePlan,
  made: Making,
): { claimFor: ClaimFor; amounts: Amounts }[] {
  const { vcpus, memoryMiB } = plan.size;
  const containers = plan.spec.kind === 'container' ? 1 : 0;
  const claims = [{ ownerId: made.id, amounts: { instances: 1, containers, vcpus, memoryMiB } as Amounts }];
  if (plan.newDisk && made.diskId !== null)
    claims.push({ ownerId: made.diskId, amounts: { diskGiB: plan.newDisk.sizeGiB, volumes: 1 } });
  for (const ownerId of made.volumeIds) claims.push({ ownerId, amounts: { volumes: 1 } });
  return claims.map(({ ownerId, amounts }) => ({ claimFor: claimsFor(ctx, made, ownerId), amounts }));
}

/** Takes room on the best host that still has it. */
async function claimFromHosts(
  tx: AtollTx,
  ctx: ProjectContext,
  plan: InstancePlan,
  made: Making,
  request: PlacementRequest,
  hosts: readonly HostSnapshot[],
): Promise<HostSnapshot> {
  const { vcpus, memoryMiB } = plan.size;
  const candidates = placeInstance(request, hosts);
  for (const { hostId } of candidates) {
    const shortages = await tryClaimHost(tx, { ...claimsFor(ctx, made, made.id), hostId }, { vcpus, memoryMiB });
    if (shortages.length > 0) continue;
    // Should the disk alone not fit any more, the transaction is given up and begins with a fresh look.
    if (plan.newDisk && made.diskId !== null)
      await claimHost(tx, { ...claimsFor(ctx, made, made.diskId), hostId }, { diskGiB: plan.newDisk.sizeGiB });
    const host = hosts.find(({ id }) => id === hostId);
    if (host) return host;
  }
  const { summary, reasons } = explainPlacement(request, hosts);
  const [lost] = candidates;
  throw new AtollError('no_valid_host', lost ? undefined : summary, {
    // Names and sizes of hosts are for admins: a tenant learns which rules refused, and how often.
    extra: lost ? { lostClaim: true } : { reasons: reasons.map(({ filter }) => filter) },
  });
}

async function admitOne(
  tx: AtollTx,
  ctx: ProjectContext,
  input: CreateInstance,
  plan: InstancePlan,
  made: Making,
  host: HostSnapshot,
): Promise<{ instance: Instance; operation: Operation }> {
  const { id, name, operationId } = made;
  const projectId = ctx.project.id;
  const { vcpus, memoryMiB, diskGiB } = plan.size;
  await insertInstance(tx, {
    id,
    projectId,
    kind: input.kind,
    name,
    desiredState: input.start ? 'running' : 'stopped',
    hostId: host.id,
    flavorId: plan.flavorId,
    imageId: plan.image?.id ?? null,
    imageName: plan.image?.name ?? null,
    vcpus,
    memoryMiB,
    diskGiB: plan.kept[0] && input.kind === 'vm' ? plan.kept[0].volume.sizeGiB : diskGiB,
    hostname: input.count > 1 ? name : (input.hostname ?? name),
    network: input.network,
    mac: input.kind === 'vm' ? newMac() : null,
    ports: plan.spec.kind === 'container' ? plan.spec.ports : [],
    spec: { ...plan.spec },
    envNames: input.kind === 'container' ? Object.keys(input.env).sort() : [],
    createdById: ctx.actor.userId,
  });
  await makeVolumes(tx, plan, made, projectId, host);
  await sealInstanceSecrets(tx, id, input);
  const operation = await enqueueOperation(tx, {
    id: operationId,
    kind: 'instance.create',
    projectId,
    target: { type: 'instance', id, name },
    hostId: host.id,
    input: { instanceId: id, start: input.start },
    createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
    requestId: ctx.requestId,
  });
  return { instance: instanceView(await getInstance(tx, { projectId, id })), operation: operationView(operation) };
}

async function makeVolumes(
  tx: AtollTx,
  plan: InstancePlan,
  made: Making,
  projectId: string,
  host: HostSnapshot,
): Promise<void> {
  const instanceId = made.id;
  const place = { projectId, instanceId, hostId: host.id, storagePool: host.storagePool };
  if (plan.newDisk && made.diskId !== null) {
    const { sizeGiB, base } = plan.newDisk;
    const name = await freeDiskName(tx, projectId, made.name);
    const disk = { baseSha256: base?.sha256 ?? null, baseFormat: base?.format ?? null, bootable: true };
    await insertVolume(tx, { id: made.diskId, ...place, name, kind: 'disk', sizeGiB, ...disk });
  }
  for (const [index, { name, target, readOnly }] of plan.newVolumes.entries()) {
    const id = made.volumeIds[index];
    await insertVolume(tx, { id, ...place, name, kind: 'container', sizeGiB: 0, target, readOnly });
  }
  for (const { volume, target, readOnly } of plan.kept)
    await attachVolume(tx, { projectId, id: volume.id }, { instanceId, target, readOnly });
}

/** 52:54:00 is the prefix of QEMU and KVM; 24 random bits are enough for one network. */
const newMac = (): string =>
  ['52', '54', '00', ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');

import { randomBytes } from 'node:crypto';
import { AtollError } from '#server/contract/errors.ts';
import type { CreateInstance, Instance } from '#server/contract/instance.ts';
import type { Operation } from '#server/contract/operation.ts';
import { claimQuotas } from '#server/db/claim-store.ts';
import type { AtollTx } from '#server/db/client.ts';
import { insertInstance } from '#server/db/instance-change-store.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { lockPlacementGroup, touchPlacementGroup } from '#server/db/placement-group-store.ts';
import { attachVolume, insertVolume } from '#server/db/volume-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import { startWork } from '../change.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ProjectContext } from '../service-context.ts';
import { beginPlacement, isLostClaim, type PlacedHost } from './claim-placement.ts';
import { freeDiskName } from './free-disk-name.ts';
import { instanceClaims, type Making } from './instance-claims.ts';
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
 * or `no_valid_host` with the rules that
 * refused, per host for who reads hosts, and what would help.
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

async function admitAll(
  tx: AtollTx,
  ctx: ProjectContext,
  input: CreateInstance,
  names: readonly string[],
  ids: readonly string[],
): Promise<CreatedInstances> {
  const plan = await planInstance(tx, ctx, input);
  const projectId = ctx.project.id;
  const { placementGroupId } = input;
  // Before all claims: two of a group that are to be apart must not be placed at the same moment.
  if (placementGroupId !== undefined) await lockPlacementGroup(tx, { projectId, id: placementGroupId });
  const making = names.map((name, index) => ({
    id: ids[index] ?? newId(),
    name,
    operationId: newId(),
    diskId: plan.newDisk ? newId() : null,
    volumeIds: plan.newVolumes.map(() => newId()),
  }));
  // All of the quota first, then its pool's, then hosts: the one order of locks (claim-store.ts).
  const claims = making.map((made) => ({ made, claims: instanceClaims(projectId, plan, made) }));
  await claimQuotas(
    tx,
    projectId,
    claims.flatMap((each) => each.claims),
  );
  const placement = await beginPlacement(tx, ctx, { input, plan, count: making.length });
  const admitted: { instance: Instance; operation: Operation }[] = [];
  for (const each of claims) {
    const host = await placement.claim(each.claims);
    admitted.push(await admitOne(tx, ctx, input, plan, each.made, host));
  }
  if (placementGroupId !== undefined) await touchPlacementGroup(tx, { projectId, id: placementGroupId });
  const [first] = admitted;
  if (!first) throw new AtollError('validation_failed', 'Nothing was asked for.');
  return { ...first, instances: admitted.map(({ instance }) => instance) };
}

async function admitOne(
  tx: AtollTx,
  ctx: ProjectContext,
  input: CreateInstance,
  plan: InstancePlan,
  made: Making,
  host: PlacedHost,
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
    wantedPoolId: input.poolId ?? null,
    placementGroupId: input.placementGroupId ?? null,
    traits: input.traits,
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
  host: PlacedHost,
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

import { builtInQuota, type QuotaResource } from '#server/contract/quota-resources.ts';
import { commitClaims } from '#server/db/claim-change-store.ts';
import { type ClaimFor, claimHost, claimQuota } from '#server/db/claim-store.ts';
import { type AtollTx, type Db, inTx } from '#server/db/client.ts';
import { type FlavorRow, insertFlavor } from '#server/db/flavor-store.ts';
import { setHostCapacity } from '#server/db/host-inventory-store.ts';
import { type HostPoolPatch, type HostPoolRow, insertHostPool } from '#server/db/host-pool-store.ts';
import { getHost, type HostPatch, type HostRow, insertHost, type NewHost, updateHost } from '#server/db/host-store.ts';
import { type ImageRow, insertImage, type NewImage, updateImage } from '#server/db/image-store.ts';
import {
  type InstancePatch,
  insertInstance,
  type NewInstance,
  updateInstance,
} from '#server/db/instance-change-store.ts';
import type { InstanceRow } from '#server/db/instance-store.ts';
import { setMembership } from '#server/db/membership-store.ts';
import { insertOperation, type NewOperation, type OperationRow } from '#server/db/operation-store.ts';
import {
  insertPlacementGroup,
  type NewPlacementGroup,
  type PlacementGroupRow,
} from '#server/db/placement-group-store.ts';
import { findPoolOfHost, mustClaimPoolQuota, type PoolAmounts } from '#server/db/pool-quota-store.ts';
import { insertProject, type ProjectRow } from '#server/db/project-store.ts';
import { insertUser, type UserRow } from '#server/db/user-store.ts';
import {
  insertVolume,
  type NewVolume,
  updateVolume,
  type VolumePatch,
  type VolumeRow,
} from '#server/db/volume-store.ts';
import { newId } from '#server/platform/id.ts';

/**
 * Rows for tests, made through the stores, so that they are as the product makes them: with claims, changes and versions. What
 * a test does not name gets a sensible value of its own.
 */
const unique = (word: string): string => `${word}-${newId().slice(-12)}`;

/** A user without a password. */
export function makeUser(db: Db, fields: Partial<Pick<UserRow, 'email' | 'name' | 'role'>> = {}): Promise<UserRow> {
  const email = fields.email ?? `${unique('user')}@example.org`;
  return inTx(db, (tx) => insertUser(tx, { email, name: fields.name ?? 'Somebody', role: fields.role ?? 'user' }));
}

/** A project with the default quota, or more, and members. */
export function makeProject(
  db: Db,
  fields: { slug?: string; quota?: Partial<Record<QuotaResource, number>>; ownerId?: string; viewerId?: string } = {},
): Promise<ProjectRow> {
  const slug = fields.slug ?? unique('project');
  return inTx(db, async (tx) => {
    const quota = { ...builtInQuota, ...fields.quota };
    const project = await insertProject(tx, { slug, name: slug, quota, ownerId: fields.ownerId });
    if (fields.viewerId) await setMembership(tx, { projectId: project.id, userId: fields.viewerId }, 'viewer');
    return project;
  });
}

/** A host that is online, on this machine, with room for a lot. */
export function makeHost(
  db: Db,
  fields: Partial<NewHost> & HostPatch & { capacity?: { vcpus?: number; memoryMiB?: number; diskGiB?: number } } = {},
): Promise<HostRow> {
  const { capacity, state = 'online', name = unique('host'), connectionType = 'local', storagePool = 'atoll' } = fields;
  return inTx(db, async (tx) => {
    const { id } = await insertHost(tx, { id: fields.id, name, connectionType, storagePool, poolId: fields.poolId });
    await setHostCapacity(
      tx,
      { hostId: id },
      {
        vcpus: { total: capacity?.vcpus ?? 10_000 },
        memoryMiB: { total: capacity?.memoryMiB ?? 10_000_000 },
        diskGiB: { total: capacity?.diskGiB ?? 1_000_000 },
      },
    );
    const { stateReason = null, traits, cordonReason } = fields;
    await updateHost(tx, { id }, { state, stateReason, traits, cordonReason });
    return getHost(tx, { id });
  });
}

/** A pool without hosts. */
export function makeHostPool(db: Db, fields: HostPoolPatch = {}): Promise<HostPoolRow> {
  return inTx(db, (tx) => insertHostPool(tx, { ...fields, name: fields.name ?? unique('pool') }));
}

/** A placement group: soft anti-affinity unless said. */
export function makePlacementGroup(
  db: Db,
  fields: Partial<NewPlacementGroup> & { projectId: string },
): Promise<PlacementGroupRow> {
  const { name = unique('group'), policy = 'anti-affinity', strictness = 'soft', projectId } = fields;
  return inTx(db, (tx) => insertPlacementGroup(tx, { projectId, name, policy, strictness }));
}

/** A flavor of 1 vCPU, 512 MiB and 5 GiB. */
export function makeFlavor(db: Db, fields: Partial<FlavorRow> = {}): Promise<FlavorRow> {
  const { name = unique('flavor'), vcpus = 1, memoryMiB = 512, diskGiB = 5 } = fields;
  return inTx(db, (tx) => insertFlavor(tx, { name, vcpus, memoryMiB, diskGiB }));
}

/** An image that is ready: 1 MiB of qcow2 that becomes 1 GiB. `projectId` null or absent: public. */
export function makeImage(db: Db, fields: Partial<NewImage> & { sha256?: string } = {}): Promise<ImageRow> {
  const { sha256 = newId().replaceAll('-', '').repeat(2), ...given } = fields;
  return inTx(db, async (tx) => {
    const { id, projectId } = await insertImage(tx, {
      projectId: null,
      name: unique('image'),
      state: 'uploading',
      ...given,
    });
    return updateImage(
      tx,
      { projectId, id },
      { state: 'ready', format: 'qcow2', sizeBytes: 2 ** 20, virtualSizeBytes: 2 ** 30, sha256 },
    );
  });
}

/** An instance that runs, with its claims committed: 1 vCPU, 512 MiB, no disk unless said. */
export function makeInstance(
  db: Db,
  fields: Pick<NewInstance, 'projectId' | 'hostId'> & Partial<NewInstance> & InstancePatch,
): Promise<InstanceRow> {
  const { lifecycle = 'ready', observedState = 'running', failureReason, observedReason, addresses, ...given } = fields;
  const name = fields.name ?? unique('instance');
  const row: NewInstance = {
    kind: 'vm',
    desiredState: 'running',
    vcpus: 1,
    memoryMiB: 512,
    diskGiB: 0,
    hostname: name,
    network: 'default',
    ...given,
    name,
  };
  return inTx(db, async (tx) => {
    const { id } = await insertInstance(tx, row);
    const { projectId, hostId, vcpus, memoryMiB } = row;
    const holds = lifecycle !== 'failed';
    const containers = row.kind === 'container' ? 1 : 0;
    const amounts: PoolAmounts = holds ? { instances: 1, containers, vcpus, memoryMiB } : {};
    await claimQuota(tx, { projectId, ownerId: id }, amounts);
    await claimInPoolOf(tx, { projectId, ownerId: id, hostId }, amounts);
    await claimHost(tx, { projectId, ownerId: id, hostId }, holds ? { vcpus, memoryMiB } : {});
    if (lifecycle === 'ready') await commitClaims(tx, { projectId, ownerId: id });
    return updateInstance(
      tx,
      { projectId, id },
      { lifecycle, observedState, failureReason, observedReason, addresses },
    );
  });
}

/** What something on a host counts in the project's quota in the host's pool. */
export async function claimInPoolOf(
  tx: AtollTx,
  claimFor: ClaimFor & { hostId: string },
  amounts: PoolAmounts,
): Promise<void> {
  const poolId = await findPoolOfHost(tx, claimFor);
  if (poolId !== null) await mustClaimPoolQuota(tx, { ...claimFor, poolId }, amounts);
}

/** A volume that is ready, with its claims committed: a disk of 1 GiB unless said. */
export function makeVolume(
  db: Db,
  fields: Pick<NewVolume, 'projectId' | 'hostId'> & Partial<NewVolume> & VolumePatch,
): Promise<VolumeRow> {
  const { state = 'ready', ...given } = fields;
  const row: NewVolume = { name: unique('volume'), kind: 'disk', sizeGiB: 1, storagePool: 'atoll', ...given };
  return inTx(db, async (tx) => {
    const { id } = await insertVolume(tx, row);
    const { projectId, hostId, sizeGiB } = row;
    await claimQuota(tx, { projectId, ownerId: id }, { diskGiB: sizeGiB, volumes: 1 });
    await claimInPoolOf(tx, { projectId, ownerId: id, hostId }, { diskGiB: sizeGiB });
    await claimHost(tx, { projectId, ownerId: id, hostId }, { diskGiB: sizeGiB });
    if (state === 'ready') await commitClaims(tx, { projectId, ownerId: id });
    return updateVolume(tx, { projectId, id }, { state });
  });
}

/** An operation of two steps that waits; on a target of its own unless said. */
export function makeOperation(
  db: Db,
  fields: Partial<NewOperation> & { projectId: string | null },
): Promise<OperationRow> {
  return inTx(db, async (tx) => {
    const operation = await insertOperation(tx, {
      kind: 'instance.start',
      workflowVersion: 1,
      target: { type: 'instance', id: newId(), name: 'something' },
      input: {},
      ...fields,
    });
    const steps = ['first', 'second'].map((name, seq) => ({ operationId: operation.id, seq, name, state: 'pending' }));
    await tx.operationStep.createMany({ data: steps });
    return operation;
  });
}

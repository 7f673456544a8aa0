import { AtollError } from '#server/contract/errors.ts';
import type { InstanceKind } from '#server/contract/instance-state.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import type {
  DesiredState,
  InstanceAddress,
  InstanceLifecycle,
  InstancePort,
  InstanceRow,
  ObservedState,
} from './instance-row.ts';
import { getInstance } from './instance-store.ts';
import { touchPlacementGroup } from './placement-group-store.ts';
import type { ProjectRef } from './scope.ts';
import { requireVersion } from './version.ts';

export interface NewInstance {
  id?: string;
  projectId: string;
  kind: InstanceKind;
  name: string;
  desiredState: DesiredState;
  hostId: string;
  flavorId?: string | null;
  imageId?: string | null;
  imageName?: string | null;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
  hostname: string;
  network: string;
  mac?: string | null;
  ports?: InstancePort[];
  spec?: Record<string, unknown>;
  envNames?: string[];
  createdById?: string | null;
  wantedPoolId?: string | null;
  placementGroupId?: string | null;
  traits?: string[];
}

/** Inserts an instance in lifecycle `creating`. Throws name_taken when the project has one of this name. */
export async function insertInstance(tx: AtollTx, instance: NewInstance): Promise<InstanceRow> {
  const id = instance.id ?? newId();
  const { ports, spec, ...columns } = instance;
  try {
    await tx.instance.createMany({
      data: {
        ...columns,
        id,
        lifecycle: 'creating',
        ports: (ports ?? []) as unknown as Prisma.InputJsonArray,
        spec: (spec ?? {}) as Prisma.InputJsonObject,
      },
    });
  } catch (error) {
    throw nameTaken(error, instance.name);
  }
  await appendChange(tx, { topic: 'instance', entityId: id, projectId: instance.projectId, version: 1 });
  return getInstance(tx, { projectId: instance.projectId, id });
}

/** What may change in an instance. `state_since` follows by itself. */
export interface InstancePatch {
  name?: string;
  lifecycle?: InstanceLifecycle;
  failureReason?: string | null;
  desiredState?: DesiredState;
  observedState?: ObservedState | null;
  observedReason?: string | null;
  hostId?: string | null;
  addresses?: InstanceAddress[];
  ports?: InstancePort[];
  spec?: Record<string, unknown>;
  generation?: number;
}

/**
 * Changes an instance, bumps its version and tells it. Throws not_found, name_taken, or precondition_failed when
 * `expectedVersion` is given and is not its version.
 */
export async function updateInstance(
  tx: AtollTx,
  ref: ProjectRef & { expectedVersion?: number },
  patch: InstancePatch,
): Promise<InstanceRow> {
  const before = await lockState(tx, ref);
  requireVersion(before.version, ref.expectedVersion);
  const changesState =
    (patch.lifecycle !== undefined && patch.lifecycle !== before.lifecycle) ||
    (patch.observedState !== undefined && patch.observedState !== before.observedState);
  const { addresses, ports, spec, ...columns } = patch;
  try {
    await tx.instance.updateMany({
      where: { id: ref.id, projectId: ref.projectId },
      data: {
        ...columns,
        ...(addresses && { addresses: addresses as unknown as Prisma.InputJsonArray }),
        ...(ports && { ports: ports as unknown as Prisma.InputJsonArray }),
        ...(spec && { spec: spec as Prisma.InputJsonObject }),
        ...(changesState && { stateSince: before.now }),
        version: { increment: 1 },
      },
    });
  } catch (error) {
    throw nameTaken(error, patch.name ?? '');
  }
  await tell(tx, ref, before.version + 1);
  return getInstance(tx, ref);
}

/** What a host says of an instance. */
export interface Observation {
  observedState: ObservedState;
  observedReason: string | null;
  addresses: InstanceAddress[];
  ports: InstancePort[];
}

/**
 * Writes what a host says of an instance; tells a change only where there is one. Answers whether there was.
 * An instance that is gone is passed over with false.
 */
export async function observeInstance(tx: AtollTx, ref: ProjectRef, seen: Observation): Promise<boolean> {
  const addresses = JSON.stringify(seen.addresses);
  const ports = JSON.stringify(seen.ports);
  const where = Prisma.sql`id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid`;
  const changed = await tx.$queryRaw<{ version: number }[]>(Prisma.sql`
    UPDATE instance SET
      state_since = CASE WHEN observed_state IS DISTINCT FROM ${seen.observedState} THEN now() ELSE state_since END,
      observed_state = ${seen.observedState}, observed_reason = ${seen.observedReason},
      addresses = ${addresses}::jsonb, ports = ${ports}::jsonb, observed_at = now(), version = version + 1
    WHERE ${where} AND (observed_state, observed_reason, addresses, ports)
      IS DISTINCT FROM (${seen.observedState}::text, ${seen.observedReason}::text, ${addresses}::jsonb, ${ports}::jsonb)
    RETURNING version`);
  for (const { version } of changed) await tell(tx, ref, version);
  // Seen again unchanged: a write per minute is enough to show how fresh the state is.
  if (changed.length === 0)
    await tx.$executeRaw(Prisma.sql`
      UPDATE instance SET observed_at = now()
      WHERE ${where} AND (observed_at IS NULL OR observed_at < now() - interval '1 minute')`);
  return changed.length > 0;
}

/** Removes the row of an instance; nothing to remove is no error. Its history stays in operation, event and audit. */
export async function deleteInstance(tx: AtollTx, ref: ProjectRef): Promise<void> {
  const rows = await tx.$queryRaw<{ version: number; groupId: string | null }[]>(Prisma.sql`
    DELETE FROM instance WHERE id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid
    RETURNING version, placement_group_id AS "groupId"`);
  for (const { version, groupId } of rows) {
    await tell(tx, ref, version + 1);
    if (groupId !== null) await touchPlacementGroup(tx, { projectId: ref.projectId, id: groupId });
  }
}

interface LockedState {
  version: number;
  lifecycle: string;
  observedState: string | null;
  now: Date;
}

async function lockState(tx: AtollTx, ref: ProjectRef): Promise<LockedState> {
  const [row] = await tx.$queryRaw<LockedState[]>(Prisma.sql`
    SELECT version, lifecycle, observed_state AS "observedState", now() AS now FROM instance
    WHERE id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid FOR UPDATE`);
  if (!row) throw new AtollError('not_found', 'There is no such instance.');
  return row;
}

const tell = (tx: AtollTx, ref: ProjectRef, version: number): Promise<void> =>
  appendChange(tx, { topic: 'instance', entityId: ref.id, projectId: ref.projectId, version });

function nameTaken(error: unknown, name: string): unknown {
  if (!isUniqueViolation(error, 'instance_project_id_name_key')) return error;
  return new AtollError('name_taken', `There is an instance named ${name} already.`, {
    cause: error,
    fields: [{ pointer: '/name', code: 'name_taken', message: 'This name is taken.' }],
  });
}

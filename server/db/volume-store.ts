import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { type TaskRow, taskSql } from './instance-row.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { inScope, type ProjectRef, type ProjectScope } from './scope.ts';

export type VolumeKind = 'disk' | 'container';
export type VolumeState = 'creating' | 'ready' | 'deleting' | 'failed';

/** A disk of a VM or a named volume of a container, with its host and its instance. */
export interface VolumeRow {
  id: string;
  projectId: string;
  /** The project that its mark on the host names: the one it was made in. */
  markedProjectId: string;
  name: string;
  kind: VolumeKind;
  state: VolumeState;
  sizeGiB: number;
  host: { id: string; name: string };
  storagePool: string;
  instance: { id: string; name: string } | null;
  target: string | null;
  readOnly: boolean;
  baseSha256: string | null;
  baseFormat: 'qcow2' | 'raw' | null;
  bootable: boolean;
  task: TaskRow | null;
  createdAt: Date;
  version: number;
}

/** Columns and joins of a row; also for changed-entity-store.ts. */
export const selectVolumes = Prisma.sql`
  SELECT v.id, v.project_id AS "projectId", coalesce(v.marked_project_id, v.project_id) AS "markedProjectId", v.name, v.kind, v.state, v.size_gib AS "sizeGiB",
    jsonb_build_object('id', h.id, 'name', h.name) AS host, v.storage_pool AS "storagePool",
    CASE WHEN i.id IS NOT NULL THEN jsonb_build_object('id', i.id, 'name', i.name) END AS instance,
    v.target, v.read_only AS "readOnly", v.base_sha256 AS "baseSha256", v.base_format AS "baseFormat", v.bootable,
    ${taskSql(Prisma.sql`v.id`)} AS task, v.created_at AS "createdAt", v.version
  FROM volume v
  JOIN host h ON h.id = v.host_id
  LEFT JOIN instance i ON i.id = v.instance_id`;

export interface NewVolume {
  id?: string;
  projectId: string;
  name: string;
  kind: VolumeKind;
  sizeGiB: number;
  hostId: string;
  storagePool: string;
  instanceId?: string | null;
  target?: string | null;
  readOnly?: boolean;
  baseSha256?: string | null;
  baseFormat?: 'qcow2' | 'raw' | null;
  bootable?: boolean;
}

/** Inserts a volume in state `creating`. Throws name_taken when the project has one of this name. */
export async function insertVolume(tx: AtollTx, volume: NewVolume): Promise<VolumeRow> {
  const id = volume.id ?? newId();
  try {
    await tx.volume.createMany({ data: { ...volume, id, state: 'creating' } });
  } catch (error) {
    if (!isUniqueViolation(error, 'volume_project_id_name_key')) throw error;
    throw new AtollError('name_taken', `There is a volume named ${volume.name} already.`, { cause: error });
  }
  await tell(tx, { projectId: volume.projectId, id }, 1);
  return getVolume(tx, { projectId: volume.projectId, id });
}

/** One volume of a project. Throws not_found. */
export async function getVolume(db: DbOrTx, ref: ProjectRef): Promise<VolumeRow> {
  const rows = await db.$queryRaw<VolumeRow[]>(
    Prisma.sql`${selectVolumes} WHERE v.id = ${ref.id}::uuid AND v.project_id = ${ref.projectId}::uuid`,
  );
  if (!rows[0]) throw new AtollError('not_found', 'There is no such volume.');
  return rows[0];
}

/** The volume of this name in a project, or null. */
export async function findVolumeByName(
  db: DbOrTx,
  ref: { projectId: string; name: string },
): Promise<VolumeRow | null> {
  const rows = await db.$queryRaw<VolumeRow[]>(
    Prisma.sql`${selectVolumes} WHERE v.project_id = ${ref.projectId}::uuid AND v.name = ${ref.name}`,
  );
  return rows[0] ?? null;
}

const byName: Order = { by: Prisma.sql`v.name`, id: Prisma.sql`v.id`, byType: 'text', idType: 'uuid' };

/** Volumes of the projects in scope, by name. */
export async function listVolumes(db: DbOrTx, scope: ProjectScope, page: PageRequest): Promise<Page<VolumeRow>> {
  const rows = await db.$queryRaw<VolumeRow[]>(Prisma.sql`
    ${selectVolumes} WHERE ${inScope(Prisma.sql`v.project_id`, scope)} AND ${afterKeyset(byName, page.after)}
    ${orderAndLimit(byName, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** The volumes of one instance, oldest first: the first bootable one is its root disk. */
export async function listInstanceVolumes(
  db: DbOrTx,
  ref: { projectId: string; instanceId: string },
): Promise<VolumeRow[]> {
  return db.$queryRaw<VolumeRow[]>(Prisma.sql`
    ${selectVolumes} WHERE v.instance_id = ${ref.instanceId}::uuid AND v.project_id = ${ref.projectId}::uuid
    ORDER BY v.created_at, v.id`);
}

/** Every volume on a host, of all projects: for its reconciler. */
export async function listHostVolumes(db: DbOrTx, ref: { hostId: string }): Promise<VolumeRow[]> {
  return db.$queryRaw<VolumeRow[]>(Prisma.sql`${selectVolumes} WHERE v.host_id = ${ref.hostId}::uuid ORDER BY v.id`);
}

export interface VolumePatch {
  state?: VolumeState;
  instanceId?: string | null;
  target?: string | null;
  readOnly?: boolean;
}

/** Changes a volume, bumps its version and tells it. Throws not_found. */
export async function updateVolume(tx: AtollTx, ref: ProjectRef, patch: VolumePatch): Promise<VolumeRow> {
  const { id, projectId } = ref;
  await tx.volume.updateMany({ where: { id, projectId }, data: { ...patch, version: { increment: 1 } } });
  const row = await getVolume(tx, ref);
  await tell(tx, ref, row.version);
  return row;
}

/**
 * Attaches a volume that nothing uses to an instance. Throws not_found, or in_use when it belongs to an instance or is
 * not ready: of two that race, one gets it.
 */
export async function attachVolume(
  tx: AtollTx,
  ref: ProjectRef,
  to: { instanceId: string; target?: string | null; readOnly?: boolean },
): Promise<VolumeRow> {
  const { count } = await tx.volume.updateMany({
    where: { id: ref.id, projectId: ref.projectId, instanceId: null, state: 'ready' },
    data: { ...to, version: { increment: 1 } },
  });
  const row = await getVolume(tx, ref);
  if (count === 0) throw new AtollError('in_use', `The volume ${row.name} is in use.`);
  await tell(tx, ref, row.version);
  return row;
}

/** Removes the row of a volume; nothing to remove is no error. */
export async function deleteVolume(tx: AtollTx, ref: ProjectRef): Promise<void> {
  const rows = await tx.$queryRaw<{ version: number }[]>(Prisma.sql`
    DELETE FROM volume WHERE id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid RETURNING version`);
  for (const { version } of rows) await tell(tx, ref, version + 1);
}

const tell = (tx: AtollTx, ref: ProjectRef, version: number): Promise<void> =>
  appendChange(tx, { topic: 'volume', entityId: ref.id, projectId: ref.projectId, version });

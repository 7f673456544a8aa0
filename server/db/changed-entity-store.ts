import type { DbOrTx } from './client.ts';
import type { FlavorRow } from './flavor-store.ts';
import { Prisma } from './generated/client.ts';
import { type HostKeyScanRow, selectHostKeyScans } from './host-key-scan-store.ts';
import { type HostPoolRow, selectHostPools } from './host-pool-row.ts';
import { selectHosts } from './host-row.ts';
import type { HostRow } from './host-store.ts';
import { type ImageRow, selectImages } from './image-store.ts';
import { selectInstances } from './instance-row.ts';
import type { InstanceRow } from './instance-store.ts';
import { type OperationDetailRow, type OperationRow, operationColumns } from './operation-row.ts';
import { withSteps } from './operation-store.ts';
import { type PlacementGroupRow, selectPlacementGroups } from './placement-group-store.ts';
import { type ProjectRow, selectProjects } from './project-store.ts';
import { type QuotaRequestRow, selectQuotaRequests } from './quota-request-store.ts';
import type { UnmanagedRow } from './unmanaged-store.ts';
import { selectVolumes, type VolumeRow } from './volume-store.ts';

/*
 * The rows that a batch of changes is about, by id, of all projects: one query per topic however many changes and readers. The
 * event stream alone uses these, and gives each reader only what the change itself says that they may see.
 */

const among = (column: Prisma.Sql, ids: readonly string[]): Prisma.Sql =>
  Prisma.sql`WHERE ${column} = ANY(${[...ids]}::uuid[])`;

export const findInstancesById = (db: DbOrTx, ids: readonly string[]): Promise<InstanceRow[]> =>
  db.$queryRaw<InstanceRow[]>(Prisma.sql`${selectInstances} ${among(Prisma.sql`i.id`, ids)}`);

export const findVolumesById = (db: DbOrTx, ids: readonly string[]): Promise<VolumeRow[]> =>
  db.$queryRaw<VolumeRow[]>(Prisma.sql`${selectVolumes} ${among(Prisma.sql`v.id`, ids)}`);

export const findImagesById = (db: DbOrTx, ids: readonly string[]): Promise<ImageRow[]> =>
  db.$queryRaw<ImageRow[]>(Prisma.sql`${selectImages} ${among(Prisma.sql`i.id`, ids)}`);

export const findHostsById = (db: DbOrTx, ids: readonly string[]): Promise<HostRow[]> =>
  db.$queryRaw<HostRow[]>(Prisma.sql`${selectHosts} ${among(Prisma.sql`h.id`, ids)}`);

export const findProjectsById = (db: DbOrTx, ids: readonly string[]): Promise<ProjectRow[]> =>
  db.$queryRaw<ProjectRow[]>(Prisma.sql`${selectProjects} ${among(Prisma.sql`p.id`, ids)}`);

export const findHostKeyScansById = (db: DbOrTx, ids: readonly string[]): Promise<HostKeyScanRow[]> =>
  db.$queryRaw<HostKeyScanRow[]>(Prisma.sql`${selectHostKeyScans} ${among(Prisma.sql`s.id`, ids)}`);

export const findHostPoolsById = (db: DbOrTx, ids: readonly string[]): Promise<HostPoolRow[]> =>
  db.$queryRaw<HostPoolRow[]>(Prisma.sql`${selectHostPools} ${among(Prisma.sql`p.id`, ids)}`);

export const findPlacementGroupsById = (db: DbOrTx, ids: readonly string[]): Promise<PlacementGroupRow[]> =>
  db.$queryRaw<PlacementGroupRow[]>(Prisma.sql`${selectPlacementGroups} ${among(Prisma.sql`g.id`, ids)}`);

export const findQuotaRequestsById = (db: DbOrTx, ids: readonly string[]): Promise<QuotaRequestRow[]> =>
  db.$queryRaw<QuotaRequestRow[]>(Prisma.sql`${selectQuotaRequests} ${among(Prisma.sql`q.id`, ids)}`);

export const findFlavorsById = (db: DbOrTx, ids: readonly string[]): Promise<FlavorRow[]> =>
  db.flavor.findMany({ where: { id: { in: [...ids] } } });

/** With their steps: two queries. */
export async function findOperationsById(db: DbOrTx, ids: readonly string[]): Promise<OperationDetailRow[]> {
  const rows = await db.$queryRaw<OperationRow[]>(
    Prisma.sql`SELECT ${operationColumns} FROM operation o ${among(Prisma.sql`o.id`, ids)}`,
  );
  return withSteps(db, rows);
}

/** By entity id, `<hostId>/<engine's id>`. */
export async function findUnmanagedByEntityId(db: DbOrTx, entityIds: readonly string[]): Promise<UnmanagedRow[]> {
  const rows = await db.$queryRaw<UnmanagedRow[]>(Prisma.sql`
    SELECT m.host_id AS "hostId", m.id, m.kind, m.name, m.state, m.vcpus, m.memory_mib AS "memoryMiB", m.image,
      m.seen_at AS "seenAt"
    FROM unmanaged_instance m WHERE m.host_id::text || '/' || m.id = ANY(${[...entityIds]}::text[])`);
  return rows;
}

import { AtollError } from '#server/contract/errors.ts';
import type { GroupPolicy, GroupStrictness } from '#server/contract/placement-group.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import type { ProjectRef } from './scope.ts';
import { requireVersion } from './version.ts';

/** Instances of a project that are to be kept together or apart. */
export interface PlacementGroupRow {
  id: string;
  projectId: string;
  name: string;
  policy: GroupPolicy;
  strictness: GroupStrictness;
  instances: number;
  createdAt: Date;
  version: number;
}

/** Columns of {@link PlacementGroupRow}. */
export const selectPlacementGroups = Prisma.sql`
  SELECT g.id, g.project_id AS "projectId", g.name, g.policy, g.strictness,
    (SELECT count(*)::int FROM instance i WHERE i.placement_group_id = g.id) AS instances,
    g.created_at AS "createdAt", g.version
  FROM placement_group g`;

export interface NewPlacementGroup {
  id?: string;
  projectId: string;
  name: string;
  policy: GroupPolicy;
  strictness: GroupStrictness;
}

/** Inserts a group. Throws name_taken. */
export async function insertPlacementGroup(tx: AtollTx, group: NewPlacementGroup): Promise<PlacementGroupRow> {
  const { projectId } = group;
  const id = group.id ?? newId();
  await tx.placementGroup.createMany({ data: { ...group, id } }).catch(rethrowNameTaken);
  await tell(tx, { id, projectId }, 1);
  return getPlacementGroup(tx, { id, projectId });
}

/** One group of a project. Throws not_found. */
export async function getPlacementGroup(db: DbOrTx, ref: ProjectRef): Promise<PlacementGroupRow> {
  const rows = await db.$queryRaw<PlacementGroupRow[]>(Prisma.sql`
    ${selectPlacementGroups} WHERE g.id = ${ref.id}::uuid AND g.project_id = ${ref.projectId}::uuid`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such placement group.');
  return rows[0];
}

const byName: Order = { by: Prisma.sql`g.name`, id: Prisma.sql`g.id`, byType: 'text', idType: 'uuid' };

/** Groups of a project, by name. */
export async function listPlacementGroups(
  db: DbOrTx,
  projectId: string,
  page: PageRequest,
): Promise<Page<PlacementGroupRow>> {
  const rows = await db.$queryRaw<PlacementGroupRow[]>(Prisma.sql`
    ${selectPlacementGroups} WHERE g.project_id = ${projectId}::uuid AND ${afterKeyset(byName, page.after)}
    ${orderAndLimit(byName, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** How many instances of a group are on each host. */
export async function countGroupHosts(db: DbOrTx, ref: ProjectRef): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ hostId: string; count: number }[]>(Prisma.sql`
    SELECT host_id AS "hostId", count(*)::int AS count FROM instance
    WHERE placement_group_id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid AND host_id IS NOT NULL
      AND lifecycle <> 'failed'
    GROUP BY host_id`);
  return new Map(rows.map(({ hostId, count }) => [hostId, count]));
}

/** Changes a group. Throws not_found, precondition_failed, name_taken. */
export async function updatePlacementGroup(
  tx: AtollTx,
  ref: ProjectRef & { expectedVersion?: number | undefined },
  patch: { name?: string | undefined; strictness?: GroupStrictness | undefined },
): Promise<PlacementGroupRow> {
  const version = await lockPlacementGroup(tx, ref);
  await tx.placementGroup
    .updateMany({ where: { id: ref.id }, data: { ...patch, version: { increment: 1 } } })
    .catch(rethrowNameTaken);
  await tell(tx, ref, version + 1);
  return getPlacementGroup(tx, ref);
}

/** Removes a group without instances. Throws not_found, precondition_failed, in_use. */
export async function deletePlacementGroup(
  tx: AtollTx,
  ref: ProjectRef & { expectedVersion?: number | undefined },
): Promise<void> {
  const version = await lockPlacementGroup(tx, ref);
  const instances = await tx.instance.count({ where: { placementGroupId: ref.id } });
  if (instances > 0) {
    const message = `There ${instances === 1 ? 'is 1 instance' : `are ${instances} instances`} in it.`;
    throw new AtollError('in_use', message, { params: { instances }, hint: 'Delete its instances first.' });
  }
  await tx.placementGroup.deleteMany({ where: { id: ref.id } });
  await tell(tx, ref, version + 1);
}

/**
 * Locks a group, so that two instances that are to be apart are not placed at the same moment; answers its version.
 * Taken before any claim on a quota or host. Throws not_found, precondition_failed.
 */
export async function lockPlacementGroup(
  tx: AtollTx,
  ref: ProjectRef & { expectedVersion?: number | undefined },
): Promise<number> {
  const [row] = await tx.$queryRaw<{ version: number }[]>(Prisma.sql`
    SELECT version FROM placement_group
    WHERE id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid FOR UPDATE`);
  if (!row) throw new AtollError('not_found', 'There is no such placement group.');
  requireVersion(row.version, ref.expectedVersion);
  return row.version;
}

/** Tells that the instances of a group have changed; one that is gone is passed over. */
export async function touchPlacementGroup(tx: AtollTx, ref: ProjectRef): Promise<void> {
  const rows = await tx.$queryRaw<{ version: number }[]>(Prisma.sql`
    UPDATE placement_group SET version = version + 1
    WHERE id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid RETURNING version`);
  for (const { version } of rows) await tell(tx, ref, version);
}

const tell = (tx: AtollTx, ref: ProjectRef, version: number): Promise<void> =>
  appendChange(tx, { topic: 'placement-group', entityId: ref.id, projectId: ref.projectId, version });

function rethrowNameTaken(error: unknown): never {
  if (!isUniqueViolation(error, 'placement_group_project_id_name_key')) throw error;
  throw new AtollError('name_taken', undefined, {
    cause: error,
    fields: [{ pointer: '/name', code: 'name_taken', message: 'This name is taken.' }],
  });
}

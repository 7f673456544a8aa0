import { AtollError } from '#server/contract/errors.ts';
import type { InstanceKind, InstanceState } from '#server/contract/instance-state.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { type InstanceRow, instanceStateSql, selectInstances } from './instance-row.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { inScope, type ProjectRef, type ProjectScope } from './scope.ts';

export type { InstanceRow } from './instance-row.ts';

/** One instance of a project. Throws not_found. */
export async function getInstance(db: DbOrTx, ref: ProjectRef): Promise<InstanceRow> {
  const row = await findInstance(db, ref);
  if (!row) throw new AtollError('not_found', 'There is no such instance.');
  return row;
}

/** One instance of a project, or null. */
export async function findInstance(db: DbOrTx, ref: ProjectRef): Promise<InstanceRow | null> {
  return findOne(db, Prisma.sql`i.id = ${ref.id}::uuid AND i.project_id = ${ref.projectId}::uuid`);
}

/** The instance that a mark on a host names, or null. It may have moved to another project since it was marked. */
export async function findMarkedInstance(db: DbOrTx, mark: ProjectRef): Promise<InstanceRow | null> {
  const { id, projectId } = mark;
  return findOne(
    db,
    Prisma.sql`i.id = ${id}::uuid AND coalesce(i.marked_project_id, i.project_id) = ${projectId}::uuid`,
  );
}

/** The instance of this name in a project, or null. */
export async function findInstanceByName(
  db: DbOrTx,
  ref: { projectId: string; name: string },
): Promise<InstanceRow | null> {
  return findOne(db, Prisma.sql`i.project_id = ${ref.projectId}::uuid AND i.name = ${ref.name}`);
}

export interface InstanceFilter {
  state?: InstanceState;
  kind?: InstanceKind;
  hostId?: string;
  /** Part of the name. */
  search?: string;
}

export type InstanceSort = 'name' | '-name' | 'createdAt' | '-createdAt';

const orders: Record<InstanceSort, Order> = {
  name: { by: Prisma.sql`i.name`, id: Prisma.sql`i.id`, byType: 'text', idType: 'uuid' },
  '-name': { by: Prisma.sql`i.name`, id: Prisma.sql`i.id`, byType: 'text', idType: 'uuid', descending: true },
  createdAt: { by: Prisma.sql`i.created_at`, id: Prisma.sql`i.id`, byType: 'timestamptz', idType: 'uuid' },
  '-createdAt': {
    by: Prisma.sql`i.created_at`,
    id: Prisma.sql`i.id`,
    byType: 'timestamptz',
    idType: 'uuid',
    descending: true,
  },
};

/** Instances of the projects in scope, with host, flavor, volumes and the operation in flight: one query. */
export async function listInstances(
  db: DbOrTx,
  scope: ProjectScope,
  filter: InstanceFilter,
  page: PageRequest & { sort?: InstanceSort },
): Promise<Page<InstanceRow>> {
  const sort = page.sort ?? 'name';
  const order = orders[sort];
  const conditions = [inScope(Prisma.sql`i.project_id`, scope), afterKeyset(order, page.after)];
  if (filter.state) conditions.push(Prisma.sql`${instanceStateSql} = ${filter.state}`);
  if (filter.kind) conditions.push(Prisma.sql`i.kind = ${filter.kind}`);
  if (filter.hostId) conditions.push(Prisma.sql`i.host_id = ${filter.hostId}::uuid`);
  if (filter.search) conditions.push(Prisma.sql`i.name ILIKE ${containing(filter.search)}`);
  const rows = await db.$queryRaw<InstanceRow[]>(
    Prisma.sql`${selectInstances} WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(order, page.limit)}`,
  );
  return toPage(rows, page.limit, (row) => ({
    value: sort.endsWith('name') ? row.name : row.createdAt.toISOString(),
    id: row.id,
  }));
}

/** How many instances of a project are in each state; states without any are left out. */
export async function countInstancesByState(
  db: DbOrTx,
  ref: { projectId: string },
): Promise<Partial<Record<InstanceState, number>>> {
  const rows = await db.$queryRaw<{ state: InstanceState; count: number }[]>(Prisma.sql`
    SELECT ${instanceStateSql} AS state, count(*)::int AS count
    FROM instance i LEFT JOIN host h ON h.id = i.host_id
    WHERE i.project_id = ${ref.projectId}::uuid GROUP BY 1`);
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

/** Every instance that is placed on a host, of all projects: for the reconciler of that host. */
export async function listHostInstances(db: DbOrTx, ref: { hostId: string }): Promise<InstanceRow[]> {
  return db.$queryRaw<InstanceRow[]>(
    Prisma.sql`${selectInstances} WHERE i.host_id = ${ref.hostId}::uuid ORDER BY i.id`,
  );
}

async function findOne(db: DbOrTx, where: Prisma.Sql): Promise<InstanceRow | null> {
  const rows = await db.$queryRaw<InstanceRow[]>(Prisma.sql`${selectInstances} WHERE ${where} LIMIT 1`);
  return rows[0] ?? null;
}

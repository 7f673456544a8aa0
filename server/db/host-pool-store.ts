import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { type HostPoolRow, selectHostPools } from './host-pool-row.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { requireVersion } from './version.ts';

export type { HostPoolRow } from './host-pool-row.ts';

/** What admins set of a pool. Lists replace what was there. */
export interface HostPoolPatch
  extends Partial<
    Pick<
      HostPoolRow,
      | 'name'
      | 'description'
      | 'visibility'
      | 'policy'
      | 'loadSource'
      | 'cpuRatio'
      | 'memoryRatio'
      | 'diskRatio'
      | 'reserveVcpus'
      | 'reserveMemoryMiB'
      | 'reserveDiskGiB'
      | 'labels'
    >
  > {
  projectIds?: readonly string[];
  flavorIds?: readonly string[];
}

/** Inserts a pool without hosts. Throws name_taken, or not_found for a project or flavor that is not there. */
export async function insertHostPool(tx: AtollTx, pool: HostPoolPatch & { name: string }): Promise<HostPoolRow> {
  const id = newId();
  const { projectIds = [], flavorIds = [], ...columns } = pool;
  await tx.hostPool.createMany({ data: { ...columns, id } }).catch(rethrowNameTaken);
  await setGrants(tx, id, projectIds);
  await setFlavors(tx, id, flavorIds);
  await tell(tx, { id, version: 1 });
  return getHostPool(tx, { id });
}

/** One pool. Throws not_found. */
export async function getHostPool(db: DbOrTx, ref: { id: string }): Promise<HostPoolRow> {
  const rows = await db.$queryRaw<HostPoolRow[]>(Prisma.sql`${selectHostPools} WHERE p.id = ${ref.id}::uuid`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such host pool.');
  return rows[0];
}

const byName: Order = { by: Prisma.sql`p.name`, id: Prisma.sql`p.id`, byType: 'text', idType: 'uuid' };

/** Pools by name. */
export async function listHostPools(
  db: DbOrTx,
  filter: { search?: string | undefined },
  page: PageRequest,
): Promise<Page<HostPoolRow>> {
  const search = filter.search ? Prisma.sql`p.name ILIKE ${containing(filter.search)}` : Prisma.sql`true`;
  const rows = await db.$queryRaw<HostPoolRow[]>(Prisma.sql`
    ${selectHostPools} WHERE ${search} AND ${afterKeyset(byName, page.after)} ${orderAndLimit(byName, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** What placement knows of a pool. */
export interface PlacementPoolRow {
  id: string;
  name: string;
  description: string;
  isDefault: boolean;
  policy: HostPoolRow['policy'];
  loadSource: HostPoolRow['loadSource'];
  /** Whether the project that was asked for may use it. */
  usable: boolean;
  flavorIds: string[];
  /** What hosts in it have. */
  traits: string[];
}

/** Every pool with whether the project may use it: public ones, and those it was granted. */
export async function listPoolsFor(db: DbOrTx, projectId: string): Promise<PlacementPoolRow[]> {
  return db.$queryRaw<PlacementPoolRow[]>(Prisma.sql`
    SELECT p.id, p.name, p.description, p.is_default AS "isDefault", p.policy, p.load_source AS "loadSource",
      p.visibility = 'public' OR EXISTS (
        SELECT 1 FROM pool_grant g WHERE g.pool_id = p.id AND g.project_id = ${projectId}::uuid) AS usable,
      coalesce((SELECT array_agg(a.flavor_id::text) FROM pool_flavor a WHERE a.pool_id = p.id), '{}') AS "flavorIds",
      coalesce((
        SELECT array_agg(DISTINCT t.trait ORDER BY t.trait) FROM host h, unnest(h.traits) AS t(trait)
        WHERE h.pool_id = p.id), '{}') AS traits
    FROM host_pool p ORDER BY p.name, p.id`);
}

/**
 * Changes a pool, bumps its version and tells it. Ratios and reserves of its hosts are not touched: see
 * `applyPoolCapacity`. Throws not_found, precondition_failed, name_taken.
 */
export async function updateHostPool(
  tx: AtollTx,
  ref: { id: string; expectedVersion?: number | undefined },
  patch: HostPoolPatch,
): Promise<HostPoolRow> {
  const version = await lockPool(tx, ref);
  const { projectIds, flavorIds, ...columns } = patch;
  await tx.hostPool
    .updateMany({ where: { id: ref.id }, data: { ...columns, version: { increment: 1 } } })
    .catch(rethrowNameTaken);
  if (projectIds) await setGrants(tx, ref.id, projectIds);
  if (flavorIds) await setFlavors(tx, ref.id, flavorIds);
  await tell(tx, { id: ref.id, version: version + 1 });
  return getHostPool(tx, ref);
}

/** Tells that what is shown of a pool has changed, such as its hosts. */
export async function touchHostPool(tx: AtollTx, ref: { id: string }): Promise<void> {
  const version = await lockPool(tx, ref);
  await tx.hostPool.updateMany({ where: { id: ref.id }, data: { version: { increment: 1 } } });
  await tell(tx, { id: ref.id, version: version + 1 });
}

/** Removes a pool without hosts. Throws not_found, precondition_failed, in_use. */
export async function deleteHostPool(
  tx: AtollTx,
  ref: { id: string; expectedVersion?: number | undefined },
): Promise<void> {
  const version = await lockPool(tx, ref);
  const hosts = await tx.host.count({ where: { poolId: ref.id } });
  if (hosts > 0) {
    const message = `There ${hosts === 1 ? 'is 1 host' : `are ${hosts} hosts`} in it.`;
    throw new AtollError('in_use', message, { params: { hosts }, hint: 'Move its hosts to another pool first.' });
  }
  // What is released stays in the ledger and names the pool; live claims are on hosts, and there are none.
  await tx.reservation.updateMany({ where: { poolId: ref.id, state: 'released' }, data: { poolId: null } });
  await tx.hostPool.deleteMany({ where: { id: ref.id } });
  await tell(tx, { id: ref.id, version: version + 1 });
}

/** Locks a pool against changes and new hosts; answers its version. */
export async function lockPool(
  tx: AtollTx,
  ref: { id: string; expectedVersion?: number | undefined },
): Promise<number> {
  const [row] = await tx.$queryRaw<{ version: number }[]>(
    Prisma.sql`SELECT version FROM host_pool WHERE id = ${ref.id}::uuid FOR UPDATE`,
  );
  if (!row) throw new AtollError('not_found', 'There is no such host pool.');
  requireVersion(row.version, ref.expectedVersion);
  return row.version;
}

async function setGrants(tx: AtollTx, poolId: string, projectIds: readonly string[]): Promise<void> {
  await tx.poolGrant.deleteMany({ where: { poolId } });
  const known = await tx.project.findMany({ where: { id: { in: [...projectIds] } }, select: { id: true } });
  requireAll(projectIds, known, '/projectIds', 'There is no such project.');
  await tx.poolGrant.createMany({ data: known.map(({ id }) => ({ poolId, projectId: id })) });
}

async function setFlavors(tx: AtollTx, poolId: string, flavorIds: readonly string[]): Promise<void> {
  await tx.poolFlavor.deleteMany({ where: { poolId } });
  const known = await tx.flavor.findMany({ where: { id: { in: [...flavorIds] } }, select: { id: true } });
  requireAll(flavorIds, known, '/flavorIds', 'There is no such flavor.');
  await tx.poolFlavor.createMany({ data: known.map(({ id }) => ({ poolId, flavorId: id })) });
}

function requireAll(ids: readonly string[], known: readonly { id: string }[], field: string, message: string): void {
  const index = ids.map((id) => known.some((row) => row.id === id)).indexOf(false);
  if (index < 0) return;
  throw new AtollError('validation_failed', message, {
    fields: [{ pointer: `${field}/${index}`, code: 'not_found', message }],
  });
}

const tell = (tx: AtollTx, row: { id: string; version: number }): Promise<void> =>
  appendChange(tx, { topic: 'host-pool', entityId: row.id, projectId: null, version: row.version });

function rethrowNameTaken(error: unknown): never {
  if (!isUniqueViolation(error, 'host_pool_name_key')) throw error;
  throw new AtollError('name_taken', undefined, {
    cause: error,
    fields: [{ pointer: '/name', code: 'name_taken', message: 'This name is taken.' }],
  });
}

import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { requireVersion } from './version.ts';

/** A named size. Instances keep the size they were made with. */
export interface FlavorRow {
  id: string;
  name: string;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
  createdAt: Date;
  version: number;
}

export type FlavorFields = Pick<FlavorRow, 'name' | 'vcpus' | 'memoryMiB' | 'diskGiB'>;

const columns = Prisma.sql`f.id, f.name, f.vcpus, f.memory_mib AS "memoryMiB", f.disk_gib AS "diskGiB",
  f.created_at AS "createdAt", f.version`;

/** Inserts a flavor. Throws name_taken. */
export async function insertFlavor(tx: AtollTx, fields: FlavorFields & { id?: string }): Promise<FlavorRow> {
  const row = await tx.flavor.create({ data: { ...fields, id: fields.id ?? newId() } }).catch(rethrowNameTaken);
  await tell(tx, row);
  return row;
}

/** One flavor. Throws not_found. */
export async function getFlavor(db: DbOrTx, ref: { id: string }): Promise<FlavorRow> {
  const row = await db.flavor.findUnique({ where: { id: ref.id } });
  if (!row) throw new AtollError('not_found', 'There is no such flavor.');
  return row;
}

const byName: Order = { by: Prisma.sql`f.name`, id: Prisma.sql`f.id`, byType: 'text', idType: 'uuid' };

/** All flavors, by name. */
export async function listFlavors(db: DbOrTx, page: PageRequest): Promise<Page<FlavorRow>> {
  const rows = await db.$queryRaw<FlavorRow[]>(Prisma.sql`
    SELECT ${columns} FROM flavor f WHERE ${afterKeyset(byName, page.after)} ${orderAndLimit(byName, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** Changes a flavor. Throws not_found, precondition_failed, name_taken. */
export async function updateFlavor(
  tx: AtollTx,
  ref: { id: string; expectedVersion?: number },
  fields: FlavorFields,
): Promise<FlavorRow> {
  await lockVersion(tx, ref);
  const row = await tx.flavor
    .update({ where: { id: ref.id }, data: { ...fields, version: { increment: 1 } } })
    .catch(rethrowNameTaken);
  await tell(tx, row);
  return row;
}

/** Deletes a flavor. Throws not_found, precondition_failed. */
export async function deleteFlavor(tx: AtollTx, ref: { id: string; expectedVersion?: number }): Promise<void> {
  const version = await lockVersion(tx, ref);
  await tx.flavor.deleteMany({ where: { id: ref.id } });
  await tell(tx, { id: ref.id, version: version + 1 });
}

async function lockVersion(tx: AtollTx, ref: { id: string; expectedVersion?: number }): Promise<number> {
  const [row] = await tx.$queryRaw<{ version: number }[]>(
    Prisma.sql`SELECT version FROM flavor WHERE id = ${ref.id}::uuid FOR UPDATE`,
  );
  if (!row) throw new AtollError('not_found', 'There is no such flavor.');
  requireVersion(row.version, ref.expectedVersion);
  return row.version;
}

const tell = (tx: AtollTx, row: { id: string; version: number }): Promise<void> =>
  appendChange(tx, { topic: 'flavor', entityId: row.id, projectId: null, version: row.version });

function rethrowNameTaken(error: unknown): never {
  if (!isUniqueViolation(error, 'flavor_name_key')) throw error;
  throw new AtollError('name_taken', undefined, { cause: error });
}

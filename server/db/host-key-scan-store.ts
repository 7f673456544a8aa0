import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

export interface HostKey {
  type: string;
  fingerprint: string;
}

/** Host keys that were read without signing in. */
export interface HostKeyScanRow {
  id: string;
  address: string;
  port: number;
  keys: HostKey[];
  state: 'scanning' | 'ready' | 'failed';
  error: string | null;
  createdAt: Date;
}

/** Columns and joins of a row; also for changed-entity-store.ts. */
export const selectHostKeyScans = Prisma.sql`
  SELECT s.id, s.address, s.port, s.keys, s.state, s.error, s.created_at AS "createdAt" FROM host_key_scan s`;

/** Begins a scan. */
export async function insertHostKeyScan(
  tx: AtollTx,
  scan: { id?: string; address: string; port: number },
): Promise<HostKeyScanRow> {
  const id = scan.id ?? newId();
  await tx.hostKeyScan.createMany({ data: { ...scan, id, state: 'scanning' } });
  await tell(tx, id);
  return getHostKeyScan(tx, { id });
}

/** One scan. Throws not_found. */
export async function getHostKeyScan(db: DbOrTx, ref: { id: string }): Promise<HostKeyScanRow> {
  const rows = await db.$queryRaw<HostKeyScanRow[]>(Prisma.sql`${selectHostKeyScans} WHERE s.id = ${ref.id}::uuid`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such scan.');
  return rows[0];
}

const newestFirst: Order = {
  by: Prisma.sql`s.created_at`,
  id: Prisma.sql`s.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** Scans, newest first. */
export async function listHostKeyScans(db: DbOrTx, page: PageRequest): Promise<Page<HostKeyScanRow>> {
  const rows = await db.$queryRaw<HostKeyScanRow[]>(
    Prisma.sql`${selectHostKeyScans} WHERE ${afterKeyset(newestFirst, page.after)} ${orderAndLimit(newestFirst, page.limit)}`,
  );
  return toPage(rows, page.limit, (row) => ({ value: row.createdAt.toISOString(), id: row.id }));
}

/** Ends a scan with what it found, or with why it found nothing. */
export async function finishHostKeyScan(
  tx: AtollTx,
  ref: { id: string },
  outcome: { keys: HostKey[] } | { error: string },
): Promise<void> {
  const data =
    'keys' in outcome
      ? { state: 'ready', keys: outcome.keys.map((key) => ({ ...key })), error: null }
      : { state: 'failed', error: outcome.error };
  const { count } = await tx.hostKeyScan.updateMany({ where: { id: ref.id }, data });
  if (count > 0) await tell(tx, ref.id);
}

/** Forgets scans older than a day. */
export async function deleteOldHostKeyScans(db: DbOrTx): Promise<number> {
  return db.$executeRaw(Prisma.sql`DELETE FROM host_key_scan WHERE created_at < now() - interval '1 day'`);
}

/** A scan has no version: it is told when it begins and when it ends. */
const tell = (tx: AtollTx, id: string): Promise<void> =>
  appendChange(tx, { topic: 'host-key', entityId: id, projectId: null, version: 0 });

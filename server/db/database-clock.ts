import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** The time of the database, to the millisecond: the one clock that all processes share, whatever their own say (reliability.md F16). */
export async function databaseNow(db: DbOrTx): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>(Prisma.sql`SELECT date_trunc('milliseconds', now()) AS now`);
  if (!row) throw new Error('A SELECT without FROM answered no row.');
  return row.now;
}

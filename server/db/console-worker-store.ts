import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Says where a worker takes consoles, or that it still does; forgets workers that are gone for a minute. */
export async function putConsoleWorker(db: DbOrTx, worker: { id: string; address: string }): Promise<void> {
  await db.$executeRaw(Prisma.sql`
    INSERT INTO console_worker (id, address) VALUES (${worker.id}::uuid, ${worker.address})
    ON CONFLICT (id) DO UPDATE SET address = excluded.address, seen_at = now()`);
  await db.$executeRaw(Prisma.sql`DELETE FROM console_worker WHERE seen_at < now() - interval '1 minute'`);
}

export async function deleteConsoleWorker(db: DbOrTx, worker: { id: string }): Promise<void> {
  await db.$executeRaw(Prisma.sql`DELETE FROM console_worker WHERE id = ${worker.id}::uuid`);
}

/** Where workers take consoles that were seen within the last seconds: who was seen last comes first. */
export async function listConsoleWorkers(db: DbOrTx, ref: { seenWithinSeconds: number }): Promise<string[]> {
  const rows = await db.$queryRaw<{ address: string }[]>(Prisma.sql`
    SELECT address FROM console_worker WHERE seen_at > now() - make_interval(secs => ${ref.seenWithinSeconds}::float8)
    ORDER BY seen_at DESC, id`);
  return rows.map(({ address }) => address);
}

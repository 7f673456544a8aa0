import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Share of CPU and memory that a host really used of late, 0 to 1. */
export interface HostLoad {
  cpu: number;
  memory: number;
}

/** Loads that are not renewed are soon wrong: older ones are left out. */
const freshMinutes = 5;

/** The observed load of each host that was heard from in the last minutes, by host id. */
export async function listHostLoads(db: DbOrTx): Promise<Map<string, HostLoad>> {
  const rows = await db.$queryRaw<(HostLoad & { hostId: string })[]>(Prisma.sql`
    SELECT host_id AS "hostId", cpu, memory FROM host_load WHERE at > now() - ${freshMinutes} * interval '1 minute'`);
  return new Map(rows.map(({ hostId, cpu, memory }) => [hostId, { cpu, memory }]));
}

/**
 * Adds a sample to the average of a host: exponentially weighted over `windowSeconds`, by the time that passed since the last
 * sample; after a pause as long as the window the sample counts nearly alone. Passes over a host that is gone.
 */
export async function addHostLoad(
  db: DbOrTx,
  ref: { hostId: string },
  sample: HostLoad,
  windowSeconds: number,
): Promise<void> {
  const old = Prisma.sql`exp(-greatest(extract(epoch FROM now() - l.at), 0) / ${windowSeconds}::float8)`;
  await db.$executeRaw(Prisma.sql`
    INSERT INTO host_load AS l (host_id, cpu, memory, at)
    SELECT id, ${sample.cpu}::float8, ${sample.memory}::float8, now() FROM host WHERE id = ${ref.hostId}::uuid
    ON CONFLICT (host_id) DO UPDATE SET
      cpu = least(1, greatest(0, l.cpu * ${old} + excluded.cpu * (1 - ${old}))),
      memory = least(1, greatest(0, l.memory * ${old} + excluded.memory * (1 - ${old}))), at = now()`);
}

import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** What went wrong with the person's wish and not with the host. */
const notTheHost = [
  'cancelled',
  'validation_failed',
  'image_invalid',
  'image_unsafe',
  'checksum_mismatch',
  'container_image_not_found',
  'download_failed',
  'url_forbidden',
  'port_taken',
  'quota_exceeded',
];

/**
 * Creates that failed on each host of late, by host id: each weighs half after 30 minutes, and those older than three hours are
 * forgotten. Failures that any host would have had are left out.
 */
export async function listRecentFailures(db: DbOrTx): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ hostId: string; weight: number }[]>(Prisma.sql`
    SELECT host_id AS "hostId", sum(power(0.5, extract(epoch FROM now() - ended_at) / 1800))::float8 AS weight
    FROM operation
    WHERE kind = 'instance.create' AND state = 'failed' AND host_id IS NOT NULL
      AND ended_at > now() - interval '3 hours'
      AND coalesce(error ->> 'code', '') <> ALL(${notTheHost}::text[])
    GROUP BY host_id`);
  return new Map(rows.map(({ hostId, weight }) => [hostId, weight]));
}

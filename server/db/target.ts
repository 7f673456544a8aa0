import type { EventTopic } from '#server/contract/event.ts';
import { appendChange } from './change.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Tables whose rows show the operation in flight as their `task`. */
const tables: Record<string, { table: Prisma.Sql; projectId: Prisma.Sql; topic: EventTopic }> = {
  instance: { table: Prisma.sql`instance`, projectId: Prisma.sql`project_id`, topic: 'instance' },
  volume: { table: Prisma.sql`volume`, projectId: Prisma.sql`project_id`, topic: 'volume' },
  image: { table: Prisma.sql`image`, projectId: Prisma.sql`project_id`, topic: 'image' },
  host: { table: Prisma.sql`host`, projectId: Prisma.sql`NULL::uuid`, topic: 'host' },
};

/**
 * Bumps the version of what an operation works on and tells the change, because its `task` has changed: call it
 * whenever an operation begins, changes its state or ends. Targets without a row (not yet, or no longer) are passed over.
 */
export async function touchTarget(tx: AtollTx, target: { type: string; id: string }): Promise<void> {
  const place = tables[target.type];
  if (!place) return;
  const rows = await tx.$queryRaw<{ version: number; projectId: string | null }[]>(Prisma.sql`
    UPDATE ${place.table} SET version = version + 1 WHERE id = ${target.id}::uuid
    RETURNING version, ${place.projectId} AS "projectId"`);
  for (const row of rows) await appendChange(tx, { topic: place.topic, entityId: target.id, ...row });
}

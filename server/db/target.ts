import type { EventTopic } from '#server/contract/event.ts';
import { appendChange } from './change.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Hosts belong to no project. */
const nobody = Prisma.sql`NULL::uuid`;

/** Tables whose rows show the operation in flight as their `task`. */
const tables: Record<string, { table: Prisma.Sql; projectId: Prisma.Sql; topic: EventTopic }> = {
  instance: { table: Prisma.sql`instance`, projectId: Prisma.sql`project_id`, topic: 'instance' },
  volume: { table: Prisma.sql`volume`, projectId: Prisma.sql`project_id`, topic: 'volume' },
  image: { table: Prisma.sql`image`, projectId: Prisma.sql`project_id`, topic: 'image' },
  host: { table: Prisma.sql`host`, projectId: nobody, topic: 'host' },
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

/** What {@link touchedTarget} gives. */
export interface TouchedTarget {
  id: string;
  project_id: string | null;
  version: number;
}

/** {@link touchTarget} as the part `target` of a statement whose part `held` is the operation: no round trip of its own. */
export function touchedTarget(type: string): Prisma.Sql {
  const place = tables[type];
  if (!place)
    return Prisma.sql`target AS (SELECT NULL::uuid AS id, NULL::uuid AS project_id, 0 AS version WHERE false)`;
  return Prisma.sql`target AS (
    UPDATE ${place.table} AS t SET version = t.version + 1 FROM held WHERE t.id = held."targetId"
    RETURNING t.id, ${place.projectId} AS project_id, t.version)`;
}

/** The rows that tell what {@link touchedTarget} touched, for an insert into the outbox in the same statement. */
export function toldTarget(type: string): Prisma.Sql {
  const topic = tables[type]?.topic;
  return topic ? Prisma.sql`UNION ALL SELECT ${topic}, id::text, project_id, version FROM target` : Prisma.empty;
}

/** Tells it in a transaction. */
export async function tellTarget(tx: AtollTx, type: string, touched: TouchedTarget | null): Promise<void> {
  const place = tables[type];
  if (!place || !touched) return;
  await appendChange(tx, {
    topic: place.topic,
    entityId: touched.id,
    projectId: touched.project_id,
    version: touched.version,
  });
}

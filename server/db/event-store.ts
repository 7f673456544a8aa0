import { newId } from '#server/platform/id.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { inScope, type ProjectScope } from './scope.ts';

export type EventSeverity = 'info' | 'warn' | 'error';

/** One line of an object's history. */
export interface EventRow {
  id: string;
  at: Date;
  projectId: string | null;
  /** Such as instance.started; translated by the browser with `params`. */
  type: string;
  targetType: string;
  targetId: string;
  targetName: string;
  actorId: string | null;
  /** null: Atoll itself, or somebody on the host. */
  actorName: string | null;
  severity: EventSeverity;
  message: string;
  params: Record<string, string | number>;
}

export interface NewEvent {
  projectId: string | null;
  type: string;
  target: { type: string; id: string; name: string };
  actor?: { id: string; name: string } | null;
  severity?: EventSeverity;
  /** English sentence. */
  message: string;
  /** For the translation; nothing secret. */
  params?: Record<string, string | number>;
}

/** Whether something of this type was told of an operation. */
export async function wasToldOfOperation(db: DbOrTx, type: string, operationId: string): Promise<boolean> {
  const [row] = await db.$queryRaw<{ told: boolean }[]>(
    Prisma.sql`SELECT EXISTS (
      SELECT 1 FROM event e WHERE e.type = ${type} AND e.params ->> 'operation' = ${operationId}) AS told`,
  );
  return row?.told === true;
}

/** Adds to the history, in the transaction of what has happened. */
export async function appendEvent(db: DbOrTx, event: NewEvent): Promise<void> {
  const { projectId, type, target, actor, severity = 'info', message, params = {} } = event;
  await db.$executeRaw(Prisma.sql`
    INSERT INTO event (id, project_id, type, target_type, target_id, target_name, actor_id, actor_name, severity, message, params)
    VALUES (${newId()}::uuid, ${projectId}::uuid, ${type}, ${target.type}, ${target.id}, ${target.name},
      ${actor?.id ?? null}::uuid, ${actor?.name ?? null}, ${severity}, ${message}, ${JSON.stringify(params)}::jsonb)`);
}

const newestFirst: Order = {
  by: Prisma.sql`e.at`,
  id: Prisma.sql`e.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** History of the projects in scope, newest first; `includeSystem` adds what belongs to no project, such as hosts. */
export async function listEvents(
  db: DbOrTx,
  view: { scope: ProjectScope; includeSystem?: boolean },
  filter: { targetId?: string },
  page: PageRequest,
): Promise<Page<EventRow>> {
  const conditions = [
    inScope(Prisma.sql`e.project_id`, view.scope, view.includeSystem),
    afterKeyset(newestFirst, page.after),
  ];
  if (filter.targetId) conditions.push(Prisma.sql`e.target_id = ${filter.targetId}`);
  const rows = await db.$queryRaw<EventRow[]>(Prisma.sql`
    SELECT e.id, e.at, e.project_id AS "projectId", e.type, e.target_type AS "targetType", e.target_id AS "targetId",
      e.target_name AS "targetName", e.actor_id AS "actorId", e.actor_name AS "actorName", e.severity, e.message, e.params
    FROM event e WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.at.toISOString(), id: row.id }));
}

/** Forgets history older than so many days; answers how much. */
export async function deleteOldEvents(db: DbOrTx, olderThanDays: number): Promise<number> {
  return db.$executeRaw(Prisma.sql`DELETE FROM event WHERE at < now() - ${olderThanDays} * interval '1 day'`);
}

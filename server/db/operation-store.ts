import { AtollError } from '#server/contract/errors.ts';
import type { OperationKind } from '#server/contract/operation.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import { newId } from '#server/platform/id.ts';
import { appendChange } from './change.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import {
  type OperationDetailRow,
  type OperationRow,
  type OperationStepRow,
  operationColumns,
  operationStepColumns,
} from './operation-row.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { inScope, type ProjectScope } from './scope.ts';
import { touchTarget } from './target.ts';

export type { OperationDetailRow, OperationRow, OperationStepRow } from './operation-row.ts';

/** Which operations a caller may see. */
export interface OperationView {
  scope: ProjectScope;
  /** Also the work of the system, which belongs to no project. */
  includeSystem?: boolean;
  /** Also the deletion of projects that this user asked for: its project is not there any more. */
  deletedProjectsOf?: string;
}

export interface NewOperation {
  id?: string;
  projectId: string | null;
  kind: OperationKind;
  workflowVersion: number;
  target: { type: string; id: string; name: string };
  hostId?: string | null;
  /** Ids and choices; secrets go to sealed_secret. */
  input: Record<string, unknown>;
  priority?: number;
  runAfter?: Date;
  retryOfId?: string | null;
  requestId?: string | null;
  createdBy?: { id: string; name: string } | null;
}

/**
 * Inserts an operation, pending, and tells it and its target. Part of the transaction that admits the request.
 * Throws state_conflict when another operation holds the target.
 */
export async function insertOperation(tx: AtollTx, operation: NewOperation): Promise<OperationRow> {
  const id = operation.id ?? newId();
  const { projectId, target, createdBy } = operation;
  const rows = await tx
    .$queryRaw<OperationRow[]>(Prisma.sql`
      INSERT INTO operation AS o (id, project_id, kind, workflow_version, target_type, target_id, target_name, host_id, state,
        priority, run_after, input, retry_of_id, request_id, created_by_id, created_by_name)
      VALUES (${id}::uuid, ${projectId}::uuid, ${operation.kind}, ${operation.workflowVersion}, ${target.type},
        ${target.id}::uuid, ${target.name}, ${operation.hostId ?? null}::uuid, 'pending', ${operation.priority ?? 100},
        COALESCE(${operation.runAfter ?? null}::timestamptz, now()), ${JSON.stringify(operation.input)}::jsonb,
        ${operation.retryOfId ?? null}::uuid, ${operation.requestId ?? null}, ${createdBy?.id ?? null}::uuid,
        ${createdBy?.name ?? null})
      RETURNING ${operationColumns}`)
    .catch((error: unknown) => {
      if (!isUniqueViolation(error, 'operation_live_target')) throw error;
      throw new AtollError('state_conflict', 'Another operation on it is still running.', { cause: error });
    });
  await appendChange(tx, { topic: 'operation', entityId: id, projectId, version: 1 });
  await touchTarget(tx, { type: target.type, id: target.id });
  return requireFound(rows[0]);
}

function isVisible({ scope, includeSystem, deletedProjectsOf }: OperationView): Prisma.Sql {
  const inView = inScope(Prisma.sql`o.project_id`, scope, includeSystem);
  if (deletedProjectsOf === undefined) return inView;
  return Prisma.sql`(${inView} OR (o.project_id IS NULL AND o.kind = 'project.delete'
    AND o.created_by_id = ${deletedProjectsOf}::uuid))`;
}

/** One operation with its steps. Throws not_found, also where the caller may not see it. */
export async function getOperation(db: DbOrTx, ref: OperationView & { id: string }): Promise<OperationDetailRow> {
  const visible = isVisible(ref);
  const row = requireFound(await findRow(db, Prisma.sql`o.id = ${ref.id}::uuid AND ${visible}`));
  const [detail] = await withSteps(db, [row]);
  return requireFound(detail);
}

/** Whether an operation is over, for who waits for it and has been let in to see it. One that is gone is over. */
export async function isOperationDone(db: DbOrTx, id: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM operation WHERE id = ${id}::uuid AND state NOT IN ('succeeded', 'failed', 'cancelled')`);
  return rows.length === 0;
}

/** The operation that holds a target (pending, running, undoing or stuck), or null. `projectId` null: one of the system's. */
export async function findLiveOperation(
  db: DbOrTx,
  ref: { projectId: string | null; targetId: string },
): Promise<OperationRow | null> {
  return findRow(
    db,
    Prisma.sql`o.target_id = ${ref.targetId}::uuid AND o.project_id IS NOT DISTINCT FROM ${ref.projectId}::uuid
      AND o.state IN ('pending', 'running', 'undoing', 'stuck')`,
  );
}

/** What the operations of a kind that are not over were given. */
export async function listOpenInputs<K extends OperationKind>(db: DbOrTx, kind: K): Promise<OperationInput<K>[]> {
  const states = ['pending', 'running', 'undoing', 'stuck'];
  const rows = await db.operation.findMany({ where: { kind, state: { in: states } }, select: { input: true } });
  return rows.map((row) => row.input as OperationInput<K>);
}

export interface OperationFilter {
  targetId?: string;
  /** true: succeeded, failed, cancelled. false: the others. */
  done?: boolean;
  createdById?: string;
}

const newestFirst: Order = {
  by: Prisma.sql`o.created_at`,
  id: Prisma.sql`o.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** Operations that a caller may see, newest first, with their steps. Two queries however many rows. */
export async function listOperations(
  db: DbOrTx,
  view: OperationView,
  filter: OperationFilter,
  page: PageRequest,
): Promise<Page<OperationDetailRow>> {
  const conditions = [isVisible(view), afterKeyset(newestFirst, page.after)];
  if (filter.targetId) conditions.push(Prisma.sql`o.target_id = ${filter.targetId}::uuid`);
  if (filter.createdById) conditions.push(Prisma.sql`o.created_by_id = ${filter.createdById}::uuid`);
  if (filter.done !== undefined)
    conditions.push(Prisma.sql`(o.state IN ('succeeded', 'failed', 'cancelled')) = ${filter.done}`);
  const rows = await db.$queryRaw<OperationRow[]>(Prisma.sql`
    SELECT ${operationColumns} FROM operation o WHERE ${Prisma.join(conditions, ' AND ')}
    ${orderAndLimit(newestFirst, page.limit)}`);
  const cut = toPage(rows, page.limit, (row) => ({ value: row.createdAt.toISOString(), id: row.id }));
  return { items: await withSteps(db, cut.items), next: cut.next };
}

async function findRow(db: DbOrTx, where: Prisma.Sql): Promise<OperationRow | null> {
  const rows = await db.$queryRaw<OperationRow[]>(
    Prisma.sql`SELECT ${operationColumns} FROM operation o WHERE ${where} LIMIT 1`,
  );
  return rows[0] ?? null;
}

/** The same rows with their steps: one query however many. */
export async function withSteps(db: DbOrTx, rows: OperationRow[]): Promise<OperationDetailRow[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const steps = await db.$queryRaw<(OperationStepRow & { operationId: string })[]>(Prisma.sql`
    SELECT s.operation_id AS "operationId", ${operationStepColumns} FROM operation_step s
    WHERE s.operation_id = ANY(${ids}::uuid[]) ORDER BY s.operation_id, s.seq`);
  const byOperation = Map.groupBy(steps, (step) => step.operationId);
  return rows.map((row) => ({
    ...row,
    steps: (byOperation.get(row.id) ?? []).map(({ operationId: _, ...step }) => step),
  }));
}

function requireFound<T>(row: T | null | undefined): T {
  if (!row) throw new AtollError('not_found', 'There is no such operation.');
  return row;
}

import type { Problem } from '#server/contract/operation.ts';
import type { OperationState } from '#server/contract/operation-state.ts';
import { appendChange } from './change.ts';
import type { AtollTx, Db, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import {
  type OperationRow,
  type OperationStepRow,
  type OperationStepState,
  operationColumns,
  operationStepColumns,
} from './operation-row.ts';
import { type TouchedTarget, tellTarget, toldTarget, touchedTarget } from './target.ts';

/** An operation under the fence with which it was claimed. */
export interface HeldRef {
  id: string;
  fence: number;
}

/** What its holder may change of an operation. Times are the database's. */
export interface HeldPatch {
  state?: OperationState;
  step?: string | null;
  percent?: number;
  /** null: it succeeded after all. */
  error?: Problem | null;
  result?: Record<string, unknown>;
  /** It went forward: claims before this one are no crash loop. */
  progressed?: true;
  /** Gives the operation up, to be claimed again after so many milliseconds. */
  release?: { afterMs: number; countsAsAttempt: boolean };
  /** It is over: no owner, `ended_at` is now. */
  ended?: true;
}

/** One line of the journal as its holder knows it; the database's clock turns the milliseconds into times. */
export interface StepWrite {
  seq: number;
  name: string;
  state: OperationStepState;
  attempts: number;
  output: Record<string, unknown> | null;
  message: string | null;
  /** How long ago it began; null: not yet. What the journal has stays. */
  beganMsAgo: number | null;
  /** How long ago it ended; null: it has not. */
  endedMsAgo: number | null;
}

/** What is written of an operation: to it, and to these lines of its journal. */
export interface JournalWrite {
  patch: HeldPatch;
  steps?: readonly StepWrite[];
}

/** An operation under its fence, with the kind of thing that it works on. */
export type HeldOperation = HeldRef & { targetType: string };

/**
 * Writes to an operation under its fence, bumps its version and tells it and its target: all in one statement, which is a
 * transaction by itself (`inStatement`). Null when somebody else has claimed the operation since: then nothing was written,
 * and the caller must not write anything else either.
 */
export async function writeJournal(db: Db, held: HeldOperation, write: JournalWrite): Promise<OperationRow | null> {
  const [row] = await db.$queryRaw<OperationRow[]>(Prisma.sql`
    WITH ${written(held, write)}, told AS (
      INSERT INTO outbox (topic, entity_id, project_id, version)
      SELECT 'operation', id::text, "projectId", version FROM held ${toldTarget(held.targetType)}
    )
    SELECT held.* FROM held`);
  return row ?? null;
}

/** {@link writeJournal} as part of a transaction, whose other changes may be told of the same target. */
export async function updateHeldOperation(
  tx: AtollTx,
  held: HeldOperation,
  write: JournalWrite,
): Promise<OperationRow | null> {
  const [found] = await tx.$queryRaw<(OperationRow & { touched: TouchedTarget | null })[]>(Prisma.sql`
    WITH ${written(held, write)} SELECT held.*, (SELECT to_jsonb(target) FROM target) AS touched FROM held`);
  if (!found) return null;
  const { touched, ...row } = found;
  await appendChange(tx, { topic: 'operation', entityId: row.id, projectId: row.projectId, version: row.version });
  await tellTarget(tx, held.targetType, touched);
  return row;
}

/** The parts `held`, `target` and `lines` of a statement: the operation, what it works on, and its journal. */
function written(held: HeldOperation, { patch, steps = [] }: JournalWrite): Prisma.Sql {
  const lines = steps.length === 0 ? Prisma.empty : Prisma.sql`, lines AS (${upsertSteps(held.fence, steps)})`;
  return Prisma.sql`held AS (
      UPDATE operation o SET ${assignments(patch)} WHERE o.id = ${held.id}::uuid AND o.fence = ${held.fence}
        AND o.owner IS NOT NULL
      RETURNING ${operationColumns}
    ), ${touchedTarget(held.targetType)}${lines}`;
}

function assignments(patch: HeldPatch): Prisma.Sql {
  const set = [Prisma.sql`version = o.version + 1`];
  if (patch.state !== undefined) set.push(Prisma.sql`state = ${patch.state}`);
  if (patch.step !== undefined) set.push(Prisma.sql`step = ${patch.step}`);
  if (patch.percent !== undefined) set.push(Prisma.sql`percent = ${patch.percent}`);
  if (patch.error !== undefined)
    set.push(Prisma.sql`error = ${patch.error === null ? null : JSON.stringify(patch.error)}::jsonb`);
  if (patch.result !== undefined) set.push(Prisma.sql`result = ${JSON.stringify(patch.result)}::jsonb`);
  const uncounted = patch.release?.countsAsAttempt === false;
  if (patch.progressed) set.push(uncounted ? Prisma.sql`attempts = 0` : Prisma.sql`attempts = 1`);
  else if (uncounted) set.push(Prisma.sql`attempts = GREATEST(0, o.attempts - 1)`);
  if (patch.release || patch.ended) set.push(Prisma.sql`owner = NULL, lease_until = NULL`);
  if (patch.release) set.push(Prisma.sql`run_after = now() + ${patch.release.afterMs} * interval '1 millisecond'`);
  if (patch.ended) set.push(Prisma.sql`ended_at = now()`);
  return Prisma.join(set);
}

/** Lines are made at the first write: only the worker knows the steps. */
function upsertSteps(fence: number, steps: readonly StepWrite[]): Prisma.Sql {
  const ago = (column: string) => Prisma.sql`clock_timestamp() - w.${Prisma.raw(column)} * interval '1 millisecond'`;
  return Prisma.sql`
    INSERT INTO operation_step AS s (operation_id, seq, name, state, attempts, output, message, fence, started_at, ended_at)
    SELECT held.id, w.seq, w.name, w.state, w.attempts, w.output, w.message, ${fence}::bigint,
      ${ago('"beganMsAgo"')}, ${ago('"endedMsAgo"')}
    FROM held, jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) AS w (seq int, name text, state text, attempts int,
      output jsonb, message text, "beganMsAgo" float8, "endedMsAgo" float8)
    ON CONFLICT (operation_id, seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
      output = excluded.output, message = excluded.message, fence = excluded.fence,
      started_at = COALESCE(s.started_at, excluded.started_at), ended_at = excluded.ended_at`;
}

/** Locks the row of an operation until the end of the transaction, and says whether the fence is still ours. */
export async function isHeld(tx: AtollTx, held: HeldRef): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM operation WHERE id = ${held.id}::uuid AND fence = ${held.fence} AND owner IS NOT NULL
    FOR NO KEY UPDATE`);
  return rows.length === 1;
}

/** The journal of an operation, in order. */
export async function listOperationSteps(db: DbOrTx, operationId: string): Promise<OperationStepRow[]> {
  return db.$queryRaw<OperationStepRow[]>(Prisma.sql`
    SELECT ${operationStepColumns} FROM operation_step s WHERE s.operation_id = ${operationId}::uuid ORDER BY s.seq`);
}

/**
 * Asks the holder of an operation to cancel it. Answers the operation, or null when it is in no state in which it may be
 * cancelled (contract/operation.ts `operationCan`).
 */
export async function requestCancel(tx: AtollTx, operationId: string): Promise<OperationRow | null> {
  const [row] = await tx.$queryRaw<OperationRow[]>(Prisma.sql`
    UPDATE operation o SET cancel_requested_at = COALESCE(o.cancel_requested_at, now()), run_after = now(),
      version = o.version + 1
    WHERE o.id = ${operationId}::uuid AND o.state IN ('pending', 'running')
    RETURNING ${operationColumns}`);
  if (row)
    await appendChange(tx, { topic: 'operation', entityId: row.id, projectId: row.projectId, version: row.version });
  return row ?? null;
}

/** Has a stuck operation tried again now. Null when it is not stuck. */
export async function hastenStuckOperation(tx: AtollTx, operationId: string): Promise<OperationRow | null> {
  const [row] = await tx.$queryRaw<OperationRow[]>(Prisma.sql`
    UPDATE operation o SET run_after = now(), attempts = 0, version = o.version + 1
    WHERE o.id = ${operationId}::uuid AND o.state = 'stuck' RETURNING ${operationColumns}`);
  if (row)
    await appendChange(tx, { topic: 'operation', entityId: row.id, projectId: row.projectId, version: row.version });
  return row ?? null;
}

/** Removes operations that ended more than so many days ago, with their steps and logs. Answers how many. */
export async function deleteEndedOperations(db: Db, olderThanDays: number): Promise<number> {
  const old = Prisma.sql`
    SELECT id FROM operation
    WHERE state IN ('succeeded', 'failed', 'cancelled') AND ended_at < now() - ${olderThanDays} * interval '1 day'`;
  await db.$executeRaw(Prisma.sql`DELETE FROM operation_log WHERE operation_id IN (${old})`);
  return db.$executeRaw(Prisma.sql`DELETE FROM operation WHERE id IN (${old})`);
}

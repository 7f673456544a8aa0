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
import { touchTarget } from './target.ts';

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

/**
 * Writes to an operation under its fence, bumps its version and tells it and its target. Null when somebody else has
 * claimed it since: then nothing was written, and the caller must not write anything else either.
 */
export async function updateHeldOperation(tx: AtollTx, held: HeldRef, patch: HeldPatch): Promise<OperationRow | null> {
  const set = [Prisma.sql`version = o.version + 1`];
  if (patch.state !== undefined) set.push(Prisma.sql`state = ${patch.state}`);
  if (patch.step !== undefined) set.push(Prisma.sql`step = ${patch.step}`);
  if (patch.percent !== undefined) set.push(Prisma.sql`percent = ${patch.percent}`);
  if (patch.error !== undefined)
    set.push(Prisma.sql`error = ${patch.error === null ? null : JSON.stringify(patch.error)}::jsonb`);
  if (patch.result !== undefined) set.push(Prisma.sql`result = ${JSON.stringify(patch.result)}::jsonb`);
  if (patch.progressed) set.push(Prisma.sql`attempts = 1`);
  if (patch.release || patch.ended) set.push(Prisma.sql`owner = NULL, lease_until = NULL`);
  if (patch.release) set.push(Prisma.sql`run_after = now() + ${patch.release.afterMs} * interval '1 millisecond'`);
  if (patch.release?.countsAsAttempt === false) set.push(Prisma.sql`attempts = GREATEST(0, o.attempts - 1)`);
  if (patch.ended) set.push(Prisma.sql`ended_at = now()`);
  const [row] = await tx.$queryRaw<OperationRow[]>(Prisma.sql`
    UPDATE operation o SET ${Prisma.join(set)} WHERE o.id = ${held.id}::uuid AND o.fence = ${held.fence}
      AND o.owner IS NOT NULL
    RETURNING ${operationColumns}`);
  if (!row) return null;
  await appendChange(tx, { topic: 'operation', entityId: row.id, projectId: row.projectId, version: row.version });
  await touchTarget(tx, { type: row.targetType, id: row.targetId });
  return row;
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

/** Adds the steps that are not in the journal yet. */
export async function insertOperationSteps(
  tx: AtollTx,
  operationId: string,
  steps: readonly { name: string; state: 'pending' | 'skipped' }[],
): Promise<void> {
  const data = steps.map(({ name, state }, seq) => ({ operationId, seq, name, state }));
  await tx.operationStep.createMany({ data, skipDuplicates: true });
}

export interface StepPatch {
  state?: OperationStepState;
  attempts?: number;
  output?: Record<string, unknown>;
  message?: string | null;
  began?: true;
  ended?: true;
}

/** Writes to one step of the journal, in a transaction that has written to or locked its operation under the fence. */
export async function updateHeldStep(tx: AtollTx, held: HeldRef, seq: number, patch: StepPatch): Promise<void> {
  const set = [Prisma.sql`fence = ${held.fence}`];
  if (patch.state !== undefined) set.push(Prisma.sql`state = ${patch.state}`);
  if (patch.attempts !== undefined) set.push(Prisma.sql`attempts = ${patch.attempts}`);
  if (patch.output !== undefined) set.push(Prisma.sql`output = ${JSON.stringify(patch.output)}::jsonb`);
  if (patch.message !== undefined) set.push(Prisma.sql`message = ${patch.message}`);
  if (patch.began) set.push(Prisma.sql`started_at = COALESCE(started_at, now()), ended_at = NULL`);
  if (patch.ended) set.push(Prisma.sql`ended_at = now()`);
  await tx.$executeRaw(Prisma.sql`
    UPDATE operation_step SET ${Prisma.join(set)} WHERE operation_id = ${held.id}::uuid AND seq = ${seq}`);
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

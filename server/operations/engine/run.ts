import { type AtollTx, inTx } from '#server/db/client.ts';
import { type HeldPatch, isHeld, updateHeldOperation } from '#server/db/operation-journal-store.ts';
import type { OperationRow, OperationStepRow } from '#server/db/operation-row.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Engine } from './engine.ts';
import { FencedOff } from './interruption.ts';
import type { Lease } from './lease.ts';
import { isOutage } from './outage.ts';
import type { Workflow } from './workflow.ts';

/** One claim of one operation, from the claim until it is over or given up. */
export interface Run<Tools> {
  readonly engine: Engine<Tools>;
  readonly workflow: Workflow<unknown, Tools>;
  readonly input: unknown;
  readonly lease: Lease;
  /** Aborted with WorkerStopping. */
  readonly stopping: AbortSignal;
  readonly log: Log;
  /** What must not be shown, in all its forms. */
  readonly secrets: Set<string>;
  /** As it was last written or read. */
  operation: OperationRow;
  /** The journal as it was last written or read, one entry per step of the workflow. */
  readonly journal: OperationStepRow[];
}

/** How a run ended. `again`: it gave the operation up, to be claimed again after so many milliseconds. */
export type RunEnd = { end: 'over' } | { end: 'again'; afterMs: number } | { end: 'lost' };

/**
 * One transaction of the engine itself, begun only while the lease holds. While PostgreSQL is away it is repeated until
 * the lease is over, so that what was done on a host is not forgotten because of a restart of the database. `work` must
 * give the same when it runs again.
 */
export async function persist<T, Tools>(run: Run<Tools>, work: (tx: AtollTx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    run.lease.check();
    try {
      return await inTx(run.engine.db, work);
    } catch (error) {
      if (error instanceof FencedOff) run.lease.lose('another runner holds it');
      if (!isOutage(error)) throw error;
      run.log.warn({ err: error }, 'the journal cannot be written; trying again');
      await sleep(Math.min(2_000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2), run.lease.lost);
    }
  }
}

/** Writes to the operation under the fence. Throws FencedOff when it is no longer ours. */
export async function writeHeld<Tools>(tx: AtollTx, run: Run<Tools>, patch: HeldPatch): Promise<OperationRow> {
  const row = await updateHeldOperation(tx, run.lease.held, patch);
  if (row === null) throw new FencedOff(`Operation ${run.operation.id}: another runner holds it.`);
  return row;
}

/** Locks the operation for the rest of the transaction. Throws FencedOff when it is no longer ours. */
export async function requireHeld<Tools>(tx: AtollTx, run: Run<Tools>): Promise<void> {
  if (!(await isHeld(tx, run.lease.held)))
    throw new FencedOff(`Operation ${run.operation.id}: another runner holds it.`);
}

/** Share of the work that is done, by the weights of the steps, with `percent` of step `seq`. Never 100 before the end. */
export function percentOf<Tools>(run: Run<Tools>, seq: number | null, percent: number): number {
  let done = 0;
  let total = 0;
  for (const [at, step] of run.workflow.steps.entries()) {
    const state = run.journal[at]?.state;
    if (state === 'skipped') continue;
    const weight = step.weight ?? 1;
    total += weight;
    if (state === 'done') done += weight;
    else if (at === seq) done += (weight * Math.min(100, Math.max(0, percent))) / 100;
  }
  return total === 0 ? 0 : Math.min(99, Math.floor((100 * done) / total));
}

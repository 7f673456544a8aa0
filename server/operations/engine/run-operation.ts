import { listOperationSteps } from '#server/db/operation-journal-store.ts';
import type { OperationRow } from '#server/db/operation-row.ts';
import type { Engine } from './engine.ts';
import { problemOf } from './failure.ts';
import { FencedOff, SimulatedCrash, WorkerStopping } from './interruption.ts';
import { change, entryOf, type JournalEntry, persist } from './journal.ts';
import type { Lease } from './lease.ts';
import { isOutage } from './outage.ts';
import type { Run, RunEnd } from './run.ts';
import { runForward } from './run-forward.ts';
import { markStuck, release, releaseCounted } from './run-stuck.ts';
import { runUndo } from './run-undo.ts';
import type { Workflow } from './workflow.ts';

/**
 * Runs a claimed operation from wherever its journal says until it is over, given up in order, or lost to another runner.
 * Never throws: what it cannot say in the journal it says in the log, and the lease runs out by itself.
 */
export async function runOperation<Tools>(
  engine: Engine<Tools>,
  operation: OperationRow,
  lease: Lease,
  stopping: AbortSignal,
): Promise<RunEnd> {
  const log = engine.log.child({ operation: operation.id, kind: operation.kind, fence: operation.fence });
  const workflow = engine.workflows.find(operation.kind, operation.workflowVersion);
  if (!workflow) {
    log.error({ version: operation.workflowVersion }, 'claimed an operation without a workflow for it');
    return { end: 'lost' };
  }
  const run: Run<Tools> = {
    engine,
    workflow,
    lease,
    stopping,
    log,
    operation,
    input: operation.input,
    secrets: new Set(),
    journal: [],
    unwritten: new Set(),
    writing: Promise.resolve(),
    logged: [],
    known: new Map(),
  };
  if (operation.cancelRequested) lease.cancel();
  try {
    return await proceed(run);
  } catch (error) {
    return interrupted(run, error);
  }
}

async function proceed<Tools>(claimed: Run<Tools>): Promise<RunEnd> {
  const parsed = claimed.workflow.input.safeParse(claimed.operation.input);
  // Not a failure to undo: what the input names cannot be released by a workflow that does not understand it.
  if (!parsed.success) return unreadable(claimed, 'Its stored input is not what its workflow expects.');
  const run: Run<Tools> = { ...claimed, input: parsed.data };
  await openJournal(run);
  if (!fits(run.journal, run.workflow)) return unreadable(run, 'Its journal has other steps than its workflow.');

  const goesBack = run.workflow.direction === 'undoable' && ['undoing', 'stuck'].includes(run.operation.state);
  if (goesBack) return runUndo(run);
  const end = await runForward(run);
  return end === 'undo' ? runUndo(run) : end;
}

/** Reads the journal, or begins it: only the worker knows the steps. It is written with the first write of the run. */
async function openJournal<Tools>(run: Run<Tools>): Promise<void> {
  const { id, fence } = run.operation;
  const { steps } = run.workflow;
  // Only an earlier claim can have written to it.
  const rows = fence === 1 ? [] : await persist(run, () => listOperationSteps(run.engine.db, id));
  run.journal.push(...rows.map(entryOf));
  for (const [seq, step] of steps.entries()) {
    if (run.journal.some((entry) => entry.seq === seq)) continue;
    const state = step.when?.(run.input) === false ? 'skipped' : 'pending';
    const blank = { attempts: 0, output: null, message: null, beganAt: null, endedAt: null, notes: [] };
    const entry: JournalEntry = { seq, name: step.name, state, ...blank };
    run.journal.push(entry);
    change(run, entry, {});
  }
}

const fits = <Tools>(journal: readonly JournalEntry[], workflow: Workflow<unknown, Tools>): boolean =>
  journal.length === workflow.steps.length && workflow.steps.every((step, seq) => journal[seq]?.name === step.name);

function unreadable<Tools>(run: Run<Tools>, detail: string): Promise<RunEnd> {
  run.log.error(detail);
  return markStuck(run, problemOf({ code: 'internal', detail, repeatable: false, forLog: detail }, null));
}

/** A run that was broken off: what it leaves is for whoever claims the operation next. */
async function interrupted<Tools>(run: Run<Tools>, error: unknown): Promise<RunEnd> {
  const { log } = run;
  if (error instanceof SimulatedCrash) return { end: 'lost' };
  if (error instanceof FencedOff) {
    log.warn({ err: error }, 'operation lost to another runner');
    return { end: 'lost' };
  }
  try {
    if (error instanceof WorkerStopping) return await release(run, 0);
    if (isOutage(error)) return await release(run, run.engine.settings.backoffMs(1));
    // A bug in the engine, or a journal that PostgreSQL refuses: counted, until it is undone as poison.
    log.error({ err: error }, 'run broken off');
    run.unwritten.clear();
    return await releaseCounted(run, run.engine.settings.backoffMs(run.operation.attempts));
  } catch (failure) {
    log.warn({ err: failure }, 'operation could not be handed over; its lease runs out by itself');
    return { end: 'lost' };
  }
}

import { insertOperationSteps, listOperationSteps } from '#server/db/operation-journal-store.ts';
import type { OperationRow, OperationStepRow } from '#server/db/operation-row.ts';
import type { Engine } from './engine.ts';
import { problemOf } from './failure.ts';
import { FencedOff, SimulatedCrash, WorkerStopping } from './interruption.ts';
import type { Lease } from './lease.ts';
import { isOutage } from './outage.ts';
import { persist, type Run, type RunEnd, requireHeld } from './run.ts';
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
  run.journal.push(...(await openJournal(run)));
  if (!fits(run.journal, run.workflow)) return unreadable(run, 'Its journal has other steps than its workflow.');

  const goesBack = run.workflow.direction === 'undoable' && ['undoing', 'stuck'].includes(run.operation.state);
  if (goesBack) return runUndo(run);
  const end = await runForward(run);
  return end === 'undo' ? runUndo(run) : end;
}

/** The journal's entries, made at the first claim: only the worker knows the steps. */
async function openJournal<Tools>(run: Run<Tools>): Promise<OperationStepRow[]> {
  const { id } = run.operation;
  const { steps } = run.workflow;
  // Only a first claim can find the journal empty.
  const entries = run.operation.fence === 1 ? [] : await persist(run, (tx) => listOperationSteps(tx, id));
  if (entries.length >= steps.length) return entries;
  return persist(run, async (tx) => {
    await requireHeld(tx, run);
    const state = (step: (typeof steps)[number]) => (step.when?.(run.input) === false ? 'skipped' : 'pending');
    await insertOperationSteps(
      tx,
      id,
      steps.map((step) => ({ name: step.name, state: state(step) })),
    );
    return listOperationSteps(tx, id);
  });
}

const fits = <Tools>(journal: readonly OperationStepRow[], workflow: Workflow<unknown, Tools>): boolean =>
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
    return await releaseCounted(run, run.engine.settings.backoffMs(run.operation.attempts));
  } catch (failure) {
    log.warn({ err: failure }, 'operation could not be handed over; its lease runs out by itself');
    return { end: 'lost' };
  }
}

import { monotonicMs } from '#server/platform/clock.ts';
import { attemptStep } from './attempt-step.ts';
import { failureOf, notUndoneText, problemOf, undoneText } from './failure.ts';
import { Interruption } from './interruption.ts';
import { change, type JournalEntry, write } from './journal.ts';
import { cleanText } from './mask-secrets.ts';
import { isOutage } from './outage.ts';
import type { Run, RunEnd } from './run.ts';
import { markStuck, release } from './run-stuck.ts';

/**
 * Undoes, newest first, every step that is done or may have run, then ends the operation as failed or cancelled. An undo
 * that cannot finish leaves the operation stuck, with its claims, until it can.
 */
export async function runUndo<Tools>(run: Run<Tools>): Promise<RunEnd> {
  if (run.operation.attempts > run.engine.settings.crashLimit && run.operation.state !== 'stuck')
    return stuckAt(run, run.operation.step ?? 'undo', 'the worker died each time it tried.');
  for (const seq of [...run.workflow.steps.keys()].reverse()) {
    const entry = run.journal[seq];
    if (!entry || entry.state === 'pending' || entry.state === 'skipped' || entry.state === 'undone') continue;
    if (!run.workflow.steps[seq]?.undo) continue;
    const end = await undoStep(run, entry);
    if (end) return end;
  }
  return finish(run);
}

async function undoStep<Tools>(run: Run<Tools>, entry: JournalEntry): Promise<RunEnd | null> {
  const crash = (point: string) => run.engine.crash(`${run.workflow.kind}.${entry.name}.undo-${point}`);
  if (entry.state !== 'undoing') {
    change(run, entry, { state: 'undoing', attempts: 0, endedAt: null });
    await write(run, { step: entry.name });
  }
  crash('before-call');
  try {
    await attemptStep(run, entry.seq, 'undo');
  } catch (error) {
    return undoFailed(run, entry, error);
  }
  crash('after-call');
  change(run, entry, { state: 'undone', endedAt: monotonicMs() });
  await write(run, { state: 'undoing', progressed: true });
  crash('after-log');
  return null;
}

async function undoFailed<Tools>(run: Run<Tools>, entry: JournalEntry, error: unknown): Promise<RunEnd> {
  if (error instanceof Interruption) throw error;
  if (isOutage(error)) return release(run, run.engine.settings.backoffMs(1));
  const failure = failureOf(error);
  const message = cleanText(failure.detail, run.secrets);
  change(run, entry, { attempts: entry.attempts + 1, message });
  run.log.warn({ step: entry.name, attempt: entry.attempts, failure: failure.forLog }, 'undo failed; it is repeated');
  if (entry.attempts < run.engine.settings.undoAttempts)
    return release(run, run.engine.settings.backoffMs(entry.attempts));
  return stuckAt(run, entry.name, message);
}

/** Keeps the problem that began the undo, and says what could not be put back. */
function stuckAt<Tools>(run: Run<Tools>, step: string, message: string) {
  const problem = run.operation.error ?? problemOf(failureOf(new Error(message)), step);
  return markStuck(run, { ...problem, undone: notUndoneText(step, message, undoneSteps(run)) });
}

const undoneSteps = <Tools>(run: Run<Tools>): string[] =>
  run.journal
    .filter((entry) => entry.state === 'undone')
    .map((entry) => entry.name)
    .reverse();

async function finish<Tools>(run: Run<Tools>): Promise<RunEnd> {
  const began = run.operation.error ?? problemOf(failureOf(new Error('no reason was written')), null);
  const anyBegan = run.journal.some((entry) => entry.state !== 'pending' && entry.state !== 'skipped');
  const problem = { ...began, undone: undoneText(undoneSteps(run), anyBegan) };
  const state = problem.code === 'cancelled' ? 'cancelled' : 'failed';
  try {
    await write(run, async (tx) => {
      await run.workflow.onFailed?.(tx, run.operation, run.input, problem);
      return { state, step: problem.step, error: problem, ended: true };
    });
  } catch (error) {
    if (error instanceof Interruption || isOutage(error)) throw error;
    const failure = failureOf(error);
    run.log.error({ failure: failure.forLog }, 'the end of the undo failed');
    return stuckAt(run, 'release', cleanText(failure.detail, run.secrets));
  }
  return { end: 'over' };
}

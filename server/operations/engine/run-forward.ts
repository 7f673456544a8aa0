import { monotonicMs } from '#server/platform/clock.ts';
import { attemptStep } from './attempt-step.ts';
import { type Failure, failureOf, problemOf } from './failure.ts';
import { CancelRequested, Interruption } from './interruption.ts';
import { change, crashAfterLog, type JournalEntry, write } from './journal.ts';
import { cleanText } from './mask-secrets.ts';
import { isOutage } from './outage.ts';
import { percentOf, type Run, type RunEnd } from './run.ts';
import { markStuck, release } from './run-stuck.ts';

/**
 * Runs the steps that the journal does not have as done, then the end of the workflow. Answers how the run ended, or
 * `undo` when the operation has failed or was cancelled, its state is `undoing` and its steps are to be undone.
 */
export async function runForward<Tools>(run: Run<Tools>): Promise<RunEnd | 'undo'> {
  const { kind, steps } = run.workflow;
  for (const [seq, step] of steps.entries()) {
    const entry = run.journal[seq];
    if (!entry || entry.state === 'done' || entry.state === 'skipped') continue;
    const early = refusal(run);
    if (early) return fail(run, entry, early);
    // A step that is `running` already is one whose holder died or stopped: the same try goes on.
    const attempts = entry.state === 'running' ? entry.attempts : entry.attempts + 1;
    change(run, entry, { state: 'running', attempts, beganAt: monotonicMs(), endedAt: null });
    if (!step.light) await writeBegin(run, entry);
    crashAfterLog(run);
    run.engine.crash(`${kind}.${step.name}.before-call`);
    try {
      const { output, notes } = await attemptStep(run, seq, 'run', () => writeBegin(run, entry));
      change(run, entry, { state: 'done', output: output ?? {}, message: null, endedAt: monotonicMs(), notes });
    } catch (error) {
      return failed(run, entry, error);
    }
    run.engine.crash(`${kind}.${step.name}.after-call`);
  }
  return finish(run);
}

/** Why the next step must not even begin. */
function refusal<Tools>(run: Run<Tools>): Failure | null {
  if (run.lease.cancelled.aborted && run.workflow.direction === 'undoable') return failureOf(new CancelRequested());
  if (run.operation.attempts <= run.engine.settings.crashLimit || run.operation.state === 'stuck') return null;
  const detail = `The worker died ${run.operation.attempts - 1} times in a row while it ran this operation.`;
  return { code: 'internal', detail, repeatable: false, forLog: detail };
}

/** Has the journal say that a step has begun, unless it does already. */
async function writeBegin<Tools>(run: Run<Tools>, entry: JournalEntry): Promise<void> {
  if (!run.unwritten.has(entry)) return;
  const gotOn = [...run.unwritten].some(({ state }) => state === 'done');
  await write(run, {
    // A stuck delete that gets on is no longer stuck.
    ...(gotOn && run.operation.state === 'stuck' && { state: 'running' }),
    step: entry.name,
    percent: Math.max(run.operation.percent, percentOf(run, entry.seq, 0)),
  });
}

/** The end: what becomes of the target and of the claims, in one transaction with the last lines of the journal. */
async function finish<Tools>(run: Run<Tools>): Promise<RunEnd | 'undo'> {
  const { workflow } = run;
  try {
    await write(run, async (tx) => {
      const result = await workflow.onSucceeded?.(tx, run.operation, run.input);
      return { state: 'succeeded', step: null, percent: 100, error: null, ended: true, ...(result && { result }) };
    });
  } catch (error) {
    if (error instanceof Interruption || isOutage(error)) throw error;
    return fail(run, null, failureOf(error));
  }
  crashAfterLog(run);
  return { end: 'over' };
}

/** A try failed: again, undo, or stuck. */
async function failed<Tools>(run: Run<Tools>, entry: JournalEntry, error: unknown): Promise<RunEnd | 'undo'> {
  if (error instanceof Interruption) throw error;
  if (isOutage(error)) return release(run, run.engine.settings.backoffMs(1));
  const failure = failureOf(error);
  const maxAttempts = run.workflow.steps[entry.seq]?.maxAttempts ?? 3;
  if (!failure.repeatable || entry.attempts >= maxAttempts) return fail(run, entry, failure);

  run.log.warn({ step: entry.name, attempt: entry.attempts, failure: failure.forLog }, 'step failed; it is repeated');
  change(run, entry, { state: 'failed', message: cleanText(failure.detail, run.secrets) });
  return release(run, run.engine.settings.backoffMs(entry.attempts));
}

/** It failed for good: back, or, where there is no way back, stuck until it goes forward. */
async function fail<Tools>(run: Run<Tools>, entry: JournalEntry | null, failure: Failure): Promise<RunEnd | 'undo'> {
  const problem = problemOf({ ...failure, detail: cleanText(failure.detail, run.secrets) }, entry?.name ?? null);
  if (entry) {
    const over = entry.state === 'running' ? ({ state: 'failed', endedAt: monotonicMs() } as const) : {};
    change(run, entry, { message: problem.detail, ...over });
  }
  run.log.warn({ step: entry?.name, code: failure.code, failure: failure.forLog }, 'operation failed');
  if (run.workflow.direction === 'forward-only') return markStuck(run, problem);
  await write(run, { state: 'undoing', error: problem, progressed: true });
  return 'undo';
}

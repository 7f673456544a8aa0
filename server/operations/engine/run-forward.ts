import type { AtollTx } from '#server/db/client.ts';
import { type StepPatch, updateHeldStep } from '#server/db/operation-journal-store.ts';
import { attemptStep } from './attempt-step.ts';
import { type Failure, failureOf, problemOf } from './failure.ts';
import { CancelRequested, Interruption } from './interruption.ts';
import { cleanText } from './mask-secrets.ts';
import { isOutage } from './outage.ts';
import { percentOf, persist, type Run, type RunEnd, requireHeld, writeHeld } from './run.ts';
import { markStuck, release } from './run-stuck.ts';

/** A step that is done but not yet in the journal: it is written together with the beginning of the next one. */
interface Done {
  seq: number;
  output: Record<string, unknown> | undefined;
}

/**
 * Runs the steps that the journal does not have as done, then the end of the workflow. Answers how the run ended, or
 * `undo` when the operation has failed or was cancelled, its state is `undoing` and its steps are to be undone.
 */
export async function runForward<Tools>(run: Run<Tools>): Promise<RunEnd | 'undo'> {
  let done: Done | null = null;
  const { kind, steps } = run.workflow;
  for (const [seq, step] of steps.entries()) {
    const entry = run.journal[seq];
    if (!entry || entry.state === 'done' || entry.state === 'skipped') continue;
    const early = refusal(run);
    if (early) return fail(run, done, seq, early);
    await begin(run, done, seq);
    if (done) run.engine.crash(`${kind}.${steps[done.seq]?.name}.after-log`);
    done = null;
    run.engine.crash(`${kind}.${step.name}.before-call`);
    try {
      done = { seq, output: await attemptStep(run, seq, 'run') };
    } catch (error) {
      return failed(run, seq, error);
    }
    run.engine.crash(`${kind}.${step.name}.after-call`);
  }
  return finish(run, done);
}

/** Why the next step must not even begin. */
function refusal<Tools>(run: Run<Tools>): Failure | null {
  if (run.lease.cancelled.aborted && run.workflow.direction === 'undoable') return failureOf(new CancelRequested());
  if (run.operation.attempts <= run.engine.settings.crashLimit || run.operation.state === 'stuck') return null;
  const detail = `The worker died ${run.operation.attempts - 1} times in a row while it ran this operation.`;
  return { code: 'internal', detail, repeatable: false, forLog: detail };
}

async function begin<Tools>(run: Run<Tools>, done: Done | null, seq: number): Promise<void> {
  const entry = run.journal[seq];
  if (!entry) return;
  // A step that is `running` already is one whose holder died or stopped: the same try goes on.
  const attempts = entry.state === 'running' ? entry.attempts : entry.attempts + 1;
  markDone(run, done);
  const percent = Math.max(run.operation.percent, percentOf(run, seq, 0));
  run.operation = await persist(run, async (tx) => {
    // A stuck delete that gets on is no longer stuck.
    const freed = done && run.operation.state === 'stuck';
    const row = await writeHeld(tx, run, {
      state: freed ? 'running' : undefined,
      step: entry.name,
      percent,
      progressed: done ? true : undefined,
    });
    await writeDone(tx, run, done);
    await updateHeldStep(tx, run.lease.held, seq, { state: 'running', attempts, began: true });
    return row;
  });
  Object.assign(entry, { state: 'running', attempts });
}

function markDone<Tools>(run: Run<Tools>, done: Done | null): void {
  const entry = done && run.journal[done.seq];
  if (entry) Object.assign(entry, { state: 'done', output: done.output ?? {} });
}

async function writeDone<Tools>(tx: AtollTx, run: Run<Tools>, done: Done | null) {
  if (!done) return;
  const output = done.output ?? {};
  await updateHeldStep(tx, run.lease.held, done.seq, { state: 'done', output, message: null, ended: true });
}

/** The end: what becomes of the target and of the claims, in one transaction with the last line of the journal. */
async function finish<Tools>(run: Run<Tools>, done: Done | null): Promise<RunEnd | 'undo'> {
  const { workflow } = run;
  // The steps behind the last one that ran were skipped.
  const lastStep = workflow.steps.at(done?.seq ?? -1)?.name;
  try {
    run.operation = await persist(run, async (tx) => {
      await requireHeld(tx, run);
      await writeDone(tx, run, done);
      const result = await workflow.onSucceeded?.(tx, run.operation, run.input);
      return writeHeld(tx, run, { state: 'succeeded', step: null, percent: 100, error: null, result, ended: true });
    });
  } catch (error) {
    if (error instanceof Interruption || isOutage(error)) throw error;
    markDone(run, done);
    return fail(run, done, null, failureOf(error));
  }
  run.engine.crash(`${workflow.kind}.${lastStep}.after-log`);
  return { end: 'over' };
}

/** A try failed: again, undo, or stuck. */
async function failed<Tools>(run: Run<Tools>, seq: number, error: unknown): Promise<RunEnd | 'undo'> {
  if (error instanceof Interruption) throw error;
  if (isOutage(error)) return release(run, run.engine.settings.backoffMs(1));
  const failure = failureOf(error);
  const entry = run.journal[seq];
  const maxAttempts = run.workflow.steps[seq]?.maxAttempts ?? 3;
  if (!entry || !failure.repeatable || entry.attempts >= maxAttempts) return fail(run, null, seq, failure);

  const message = cleanText(failure.detail, run.secrets);
  run.log.warn({ step: entry.name, attempt: entry.attempts, failure: failure.forLog }, 'step failed; it is repeated');
  return release(run, run.engine.settings.backoffMs(entry.attempts), async (tx) => {
    await updateHeldStep(tx, run.lease.held, seq, { state: 'failed', message });
  });
}

/** It failed for good: back, or, where there is no way back, stuck until it goes forward. */
async function fail<Tools>(
  run: Run<Tools>,
  done: Done | null,
  seq: number | null,
  failure: Failure,
): Promise<RunEnd | 'undo'> {
  const entry = seq === null ? undefined : run.journal[seq];
  const problem = problemOf({ ...failure, detail: cleanText(failure.detail, run.secrets) }, entry?.name ?? null);
  const note: StepPatch = { message: problem.detail };
  if (entry?.state === 'running') Object.assign(note, { state: 'failed', ended: true });
  markDone(run, done);
  run.log.warn({ step: entry?.name, code: failure.code, failure: failure.forLog }, 'operation failed');
  if (run.workflow.direction === 'forward-only')
    return markStuck(run, problem, async (tx) => {
      await writeDone(tx, run, done);
      if (seq !== null) await updateHeldStep(tx, run.lease.held, seq, note);
    });
  run.operation = await persist(run, async (tx) => {
    const row = await writeHeld(tx, run, { state: 'undoing', error: problem, progressed: true });
    await writeDone(tx, run, done);
    if (seq !== null) await updateHeldStep(tx, run.lease.held, seq, note);
    return row;
  });
  if (entry && note.state) entry.state = note.state;
  return 'undo';
}

import { inTx } from '#server/db/client.ts';
import { isHeld } from '#server/db/operation-journal-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import { FencedOff, StepTimeout } from './interruption.ts';
import { crashAfterLog, type Note } from './journal.ts';
import { formsOf } from './mask-secrets.ts';
import { Reporter } from './reporter.ts';
import { type Run, shared } from './run.ts';
import type { Step, StepContext, StepOutput } from './workflow.ts';

/** A light step that lasts longer than this is shown as begun. */
const showAfterMs = 250;

/**
 * One try of a step's `run` or `undo`. Throws what the step threw, or, once its signal was aborted, why it was: FencedOff,
 * WorkerStopping, StepTimeout or (for `run` alone) CancelRequested. `begin` has the journal say that it has begun.
 */
export async function attemptStep<Tools>(
  run: Run<Tools>,
  seq: number,
  verb: 'run' | 'undo',
  begin: () => Promise<void> = () => Promise.resolve(),
): Promise<{ output: StepOutput; notes: Note[] }> {
  const step = run.workflow.steps[seq] as Step<unknown, Tools>;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new StepTimeout(step.name, step.timeoutMs)), step.timeoutMs);
  const closed = new AbortController();
  const reporter = new Reporter(run, seq, step.name);
  const shown = step.light ? showLater(run, begin) : null;
  const notes: Note[] = [];
  const reasons = [run.lease.lost, run.stopping, timeout.signal];
  if (verb === 'run' && run.workflow.direction === 'undoable') reasons.push(run.lease.cancelled);
  const signal = AbortSignal.any(reasons);
  try {
    signal.throwIfAborted();
    const context = contextOf(run, step, { signal, closed: closed.signal, reporter, begin, notes });
    const work = verb === 'run' ? step.run(context) : step.undo?.(context);
    const output = (await settle(Promise.resolve(work), signal, run.engine.settings.abortGraceMs)) ?? undefined;
    return { output, notes };
  } catch (error) {
    // What a step throws when it is told to stop says less than why it was told.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    closed.abort(new FencedOff(`The try of "${step.name}" is over.`));
    await shown?.close();
    await reporter.close();
  }
}

/** Has the journal say after a moment that a light step has begun. */
function showLater<Tools>(run: Run<Tools>, begin: () => Promise<void>): { close(): Promise<void> } {
  let writing = Promise.resolve();
  const timer = setTimeout(() => {
    // Whatever it is, the next write meets it too, and ends the run if it must.
    writing = begin().catch((error: unknown) => run.log.warn({ err: error }, 'a step could not be shown as begun'));
  }, showAfterMs);
  return {
    close() {
      clearTimeout(timer);
      return writing;
    },
  };
}

interface Bounds<Tools> {
  signal: AbortSignal;
  closed: AbortSignal;
  reporter: Reporter<Tools>;
  begin: () => Promise<void>;
  notes: Note[];
}

function contextOf<Tools>(
  run: Run<Tools>,
  step: Step<unknown, Tools>,
  bounds: Bounds<Tools>,
): StepContext<unknown, Tools> {
  const deadline = monotonicMs() + step.timeoutMs;
  const outputs: Record<string, Record<string, unknown>> = {};
  for (const entry of run.journal) if (entry.output) outputs[entry.name] = entry.output;
  return {
    operation: run.operation,
    input: run.input,
    outputs,
    tools: run.engine.tools,
    get signal() {
      // Reading `lost` compares the lease with the clock, and aborts.
      return run.lease.lost.aborted ? run.lease.lost : bounds.signal;
    },
    remainingMs: () => Math.max(0, deadline - monotonicMs()),
    async begin() {
      bounds.closed.throwIfAborted();
      await bounds.begin();
      crashAfterLog(run);
    },
    async commit(work) {
      bounds.closed.throwIfAborted();
      run.lease.check();
      return inTx(run.engine.db, async (tx) => {
        if (await isHeld(tx, run.lease.held)) return work(tx);
        run.lease.lose('another runner holds it');
        throw run.lease.lost.reason;
      });
    },
    commitWhenDone(work) {
      bounds.closed.throwIfAborted();
      bounds.notes.push(work);
    },
    shared: (key, load) => shared(run, key, load),
    progress: (percent, message) => bounds.reporter.progress(percent, message),
    log: (level, message) => bounds.reporter.line(level, message),
    hide: (secret) => {
      for (const form of formsOf(secret)) run.secrets.add(form);
    },
  };
}

/** Waits for the work; once the signal is aborted no longer than `graceMs`, then the work is left behind. */
async function settle<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const waitNoLonger = () => {
    timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  if (signal.aborted) waitNoLonger();
  signal.addEventListener('abort', waitNoLonger, { once: true });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    signal.removeEventListener('abort', waitNoLonger);
    clearTimeout(timer);
  }
}

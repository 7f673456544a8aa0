import type { z } from 'zod';
import type { OperationKind, Problem } from '#server/contract/operation.ts';
import type { AtollTx } from '#server/db/client.ts';
import type { OperationRow } from '#server/db/operation-store.ts';

/**
 * A workflow is a list of steps that the engine journals, repeats and undoes. The engine knows nothing of hosts:
 * what a step needs of them comes in `tools`, which main/worker.ts builds.
 *
 * Rules of a step:
 * - `run` and `undo` are idempotent: both may be called again after any crash, at any point of the last try.
 * - `run` probes before it acts, by deterministic name, and after a failure with outcome unknown.
 * - `undo` is also called for a step that may have run; it removes only what carries this operation's tag.
 * - All writes to the database go through `context.commit` or `commitWhenDone`, which check the fence; a lost lease throws FencedOff.
 */
export interface Workflow<Input = unknown, Tools = unknown> {
  kind: OperationKind;
  /** Carried by the operation's row: old versions stay runnable. The newest is what workflow-versions.ts says (default 1). */
  version: number;
  input: z.ZodType<Input>;
  /**
   * Forward-only workflows (deletes) have no undo: they are retried until they succeed, `stuck` in between, and cannot be
   * cancelled. Which kinds these are stands in workflow-versions.ts too, because services must know; the registry compares.
   */
  direction: 'undoable' | 'forward-only';
  steps: readonly Step<Input, Tools>[];
  /** In one transaction with the final state of the operation: what becomes of target and claims. */
  onSucceeded?(tx: AtollTx, operation: OperationRow, input: Input): Promise<Record<string, unknown> | undefined>;
  /**
   * In one transaction with the final state, after every step is undone: release claims, mark the target as failed with
   * the reason. Also when the operation was cancelled, even before its first step: `problem.code` is `cancelled` then.
   */
  onFailed?(tx: AtollTx, operation: OperationRow, input: Input, problem: Problem): Promise<void>;
}

export interface Step<Input, Tools> {
  /** kebab-case, unique in the workflow, translated by the browser as `step.<name>`. */
  name: string;
  /** Share of the whole for the progress bar; default 1. */
  weight?: number;
  /** Deadline of one try. */
  timeoutMs: number;
  /**
   * Tries before the operation is undone; default 3. Only failures that say `retryable` or have outcome unknown, and
   * tries that ran into `timeoutMs`, are repeated. Tries that ended with the worker itself are not counted.
   */
  maxAttempts?: number;
  /**
   * Its beginning is not written before it runs, but with whatever is written next, or when it lasts: for what is over at once
   * and leaves nothing behind. If it has an `undo`, it calls `context.begin()` before it makes what that removes.
   */
  light?: boolean;
  /** Steps that do not apply to this input are journaled as skipped. */
  when?(input: Input): boolean;
  /** Answers JSON that later steps read by `context.outputs[name]`; nothing secret. */
  run(context: StepContext<Input, Tools>): Promise<StepOutput>;
  undo?(context: StepContext<Input, Tools>): Promise<void>;
}

export type StepOutput = Record<string, unknown> | undefined;

export interface StepContext<Input, Tools> {
  operation: OperationRow;
  input: Input;
  outputs: Readonly<Record<string, Record<string, unknown>>>;
  tools: Tools;
  /**
   * Aborted on cancel, on a lost lease, at the deadline of the step and when the worker stops. Read it anew for each call
   * to a host: reading compares the lease with the clock, so that after a long pause no call is sent (F23).
   */
  readonly signal: AbortSignal;
  /** Milliseconds left until the deadline of this try. */
  remainingMs(): number;
  /** Has the journal say that this step has begun. Steps that are not `light` are begun before they run. */
  begin(): Promise<void>;
  /** One transaction under the fence of this operation. */
  commit<T>(work: (tx: AtollTx) => Promise<T>): Promise<T>;
  /** Part of the transaction that writes this step as done: for what nobody has to know before, and cannot fail. */
  commitWhenDone(work: (tx: AtollTx) => Promise<unknown>): void;
  /** What `load` answers, or answered within the last seconds to another step of the same run. */
  shared<T>(key: string, load: () => Promise<T>): Promise<T>;
  /** 0–100 within the step; written at most once per second. */
  progress(percent: number, message?: string): void;
  /** A line of the operation's log; secrets must not come here and known ones are masked. */
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** Makes a secret known: it is masked in log lines, progress messages and problems of this run from now on. */
  hide(secret: string): void;
}

import { AtollError, type ErrorCode, errorTable } from '#server/contract/errors.ts';
import type { Problem } from '#server/contract/operation.ts';
import { CancelRequested, StepTimeout } from './interruption.ts';

/** Why a try of a step did not succeed, in words for people. */
export interface Failure {
  code: ErrorCode;
  detail: string;
  hint?: string;
  params?: Record<string, string | number>;
  /** Whether the same step may succeed later, unchanged: it said so, or nobody knows what it did. */
  repeatable: boolean;
  /** For logs only. */
  forLog: string;
}

/** What a driver's error looks like from here; the engine does not import drivers. */
interface OutcomeError {
  code: ErrorCode;
  message: string;
  outcome: 'not_done' | 'unknown';
  retryable: boolean;
  engineMessage: string | null;
}

function isOutcomeError(error: unknown): error is Error & OutcomeError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(errorTable, error.code) &&
    'outcome' in error &&
    (error.outcome === 'not_done' || error.outcome === 'unknown')
  );
}

/** Reads what a step threw. Anything unforeseen is `internal` and is not repeated: a bug does not heal by itself. */
export function failureOf(error: unknown): Failure {
  const forLog = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof CancelRequested) return { code: 'cancelled', detail: error.message, repeatable: false, forLog };
  if (error instanceof StepTimeout) return { code: 'timeout', detail: error.message, repeatable: true, forLog };
  if (isOutcomeError(error)) {
    const said = error.engineMessage && !error.message.includes(error.engineMessage) ? ` (${error.engineMessage})` : '';
    // Nobody asked to cancel, or a CancelRequested were here: the connection was closed to be opened anew, as when the host's
    // key was confirmed or another worker's change moved it.
    if (error.code === 'cancelled')
      return { code: 'host_unreachable', detail: `${error.message}${said}`, repeatable: true, forLog };
    const repeatable = error.retryable || error.outcome === 'unknown';
    return { code: error.code, detail: `${error.message}${said}`, repeatable, forLog };
  }
  if (error instanceof AtollError) {
    const repeatable = error.code === 'unavailable' || error.options.retryAfterSeconds !== undefined;
    const { hint, params, detail } = error.options;
    return {
      code: error.code,
      detail: error.message,
      hint,
      params,
      repeatable,
      forLog: `${detail ?? ''} ${forLog}`.trim(),
    };
  }
  return { code: 'internal', detail: errorTable.internal.title, repeatable: false, forLog };
}

/** The problem that an operation keeps: what failed, why, what was put back, what to do, and in which step. */
export function problemOf(failure: Failure, step: string | null): Problem {
  const { title, hint } = errorTable[failure.code];
  return {
    code: failure.code,
    title,
    detail: failure.detail,
    undone: null,
    hint: failure.hint ?? hint,
    step,
    ...(failure.params === undefined ? {} : { params: failure.params }),
  };
}

const inWords = (steps: readonly string[]) => steps.map((step) => `“${step.replaceAll('-', ' ')}”`).join(', ');

/** The sentence of {@link Problem.undone}, by the steps that were undone, newest first. `began`: whether any step did. */
export function undoneText(steps: readonly string[], began: boolean): string {
  if (steps.length > 0) return `Put back: ${inWords(steps)}.`;
  return began ? 'There was nothing to put back.' : 'Nothing had been changed yet.';
}

/** {@link undoneText} while an undo cannot finish. */
export function notUndoneText(step: string, reason: string, undone: readonly string[]): string {
  const before = undone.length === 0 ? '' : ` Put back so far: ${inWords(undone)}.`;
  return `${inWords([step])} could not be put back yet: ${reason} Atoll keeps trying.${before}`;
}

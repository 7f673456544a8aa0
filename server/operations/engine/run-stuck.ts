import type { Problem } from '#server/contract/operation.ts';
import type { AtollTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { write } from './journal.ts';
import type { Run, RunEnd } from './run.ts';

/** Gives the operation up in order, to be claimed again after a while, by anybody: the journal has all that is needed. */
export function release<Tools>(run: Run<Tools>, afterMs: number): Promise<RunEnd> {
  return giveUp(run, { afterMs, countsAsAttempt: false });
}

/** {@link release} after something that must not happen for ever: it counts as if the worker had died. */
export function releaseCounted<Tools>(run: Run<Tools>, afterMs: number): Promise<RunEnd> {
  return giveUp(run, { afterMs, countsAsAttempt: true });
}

async function giveUp<Tools>(run: Run<Tools>, release: { afterMs: number; countsAsAttempt: boolean }): Promise<RunEnd> {
  await write(run, { release });
  return { end: 'again', afterMs: release.afterMs };
}

/**
 * Neither forward nor back: the operation keeps its target and its claims, is tried again by itself ever more rarely,
 * and somebody is told (F21, I7).
 */
export async function markStuck<Tools>(run: Run<Tools>, problem: Problem): Promise<RunEnd> {
  const { operation } = run;
  const afterMs = run.engine.settings.stuckBackoffMs(operation.attempts);
  const isNews = operation.state !== 'stuck';
  run.log.error({ step: operation.step, code: problem.code }, 'operation is stuck');
  const patch = { state: 'stuck', error: problem, release: { afterMs, countsAsAttempt: true } } as const;
  await write(run, patch, isNews ? { note: (tx) => raiseAlarm(tx, run, problem) } : {});
  return { end: 'again', afterMs };
}

async function raiseAlarm<Tools>(tx: AtollTx, run: Run<Tools>, problem: Problem): Promise<void> {
  const { id, projectId, kind, targetType, targetId, targetName } = run.operation;
  await appendEvent(tx, {
    projectId,
    type: 'operation.stuck',
    target: { type: targetType, id: targetId, name: targetName },
    actor: null,
    severity: 'error',
    message: `“${kind}” of ${targetName} is stuck. ${problem.undone ?? problem.detail}`,
    params: { operation: id, kind, step: problem.step ?? '' },
  });
}

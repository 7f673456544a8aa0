import { AtollError } from '#server/contract/errors.ts';
import { getInstance } from '#server/db/instance-store.ts';
import { cancelOperation } from '#server/operations/engine/cancel-operation.ts';
import { startWork } from '../change.ts';
import { waitForOperation } from '../operation/wait-for-operation.ts';
import type { ProjectContext } from '../service-context.ts';

/** A stop that is told to give up does so with its next step; longer than this the worker itself hangs. */
const waitMs = 20_000;

/**
 * Cancels the stop that waits for a guest which does not listen, so that it can be forced off; nothing where none runs.
 * Throws `not_found`, or `state_conflict` when the stop does not end.
 */
export async function cancelHangingStop(ctx: ProjectContext, instanceId: string): Promise<void> {
  const projectId = ctx.project.id;
  const { task } = await getInstance(ctx.app.db, { projectId, id: instanceId });
  if (task?.kind !== 'instance.stop') return;
  const what = { action: 'operation.cancel', projectId, target: { type: 'operation', id: task.operationId } };
  // The answer that an Idempotency-Key keeps is that of the force off, not this one.
  await startWork({ ...ctx, answer: undefined }, what, (tx) => cancelOperation(tx, task.operationId));
  const { done } = await waitForOperation(ctx, task.operationId, waitMs, AbortSignal.timeout(waitMs));
  if (!done) throw new AtollError('state_conflict', 'The stop that is under way could not be ended yet.');
}

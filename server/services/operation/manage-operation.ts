import type { Operation } from '#server/contract/operation.ts';
import { getOperation } from '#server/db/operation-store.ts';
import { getProject } from '#server/db/project-store.ts';
import { cancelOperation } from '#server/operations/engine/cancel-operation.ts';
import { retryOperation } from '#server/operations/engine/retry-operation.ts';
import { isForwardOnly } from '#server/operations/engine/workflow-versions.ts';
import { requireState } from '../access/enter.ts';
import { startWork } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { getManagedOperation, operationViewOf } from './operation-access.ts';
import { operationView } from './operation-view.ts';
import { readmit } from './readmit.ts';

/** Cancels: what was done so far is undone. Throws `not_found`, `forbidden`, `state_conflict`. */
export async function cancelVisibleOperation(ctx: ActorContext, input: { operation: string }): Promise<Operation> {
  const { id, projectId } = await getManagedOperation(ctx.app.db, ctx, input.operation);
  const what = { action: 'operation.cancel', projectId, target: { type: 'operation', id } };
  return startWork(ctx, what, async (tx) => {
    await cancelOperation(tx, id);
    return operationView(await getOperation(tx, { ...operationViewOf(ctx), id }));
  });
}

/**
 * Runs a failed operation again, as a new one; a stuck one goes on. What its undo gave back is claimed anew.
 * Throws `not_found`, `forbidden`, `state_conflict`, `quota_exceeded`, `no_valid_host`.
 */
export async function retryVisibleOperation(ctx: ActorContext, input: { operation: string }): Promise<Operation> {
  const failed = await getManagedOperation(ctx.app.db, ctx, input.operation);
  const { projectId, kind } = failed;
  if (projectId !== null && !isForwardOnly(kind) && kind !== 'instance.stop')
    requireState((await getProject(ctx.app.db, { id: projectId })).state, 'change');
  const what = { action: 'operation.retry', projectId, target: { type: 'operation', id: failed.id } };
  return startWork(ctx, what, async (tx) => {
    const operation = await retryOperation(tx, {
      operationId: failed.id,
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
      readmit,
    });
    return operationView(await getOperation(tx, { ...operationViewOf(ctx), id: operation.id }));
  });
}

import { AtollError } from '#server/contract/errors.ts';
import { operationInput } from '#server/contract/operation-input.ts';
import { operationCan } from '#server/contract/operation-state.ts';
import type { AtollTx } from '#server/db/client.ts';
import { hastenStuckOperation } from '#server/db/operation-journal-store.ts';
import { getOperation, type OperationRow } from '#server/db/operation-store.ts';
import { enqueueOperation } from './enqueue.ts';

export interface RetryRequest {
  operationId: string;
  createdBy: { id: string; name: string } | null;
  requestId: string | null;
  /**
   * Does again what admitting the first one did (claims, state of the target), because its undo gave all of it back.
   * `operation` is the new one's id. Not called for stuck operations: they still have what they claimed.
   */
  readmit(tx: AtollTx, failed: OperationRow, operation: { id: string }): Promise<void>;
}

/**
 * Runs an operation again: a stuck one goes on now instead of at its next turn; for one that failed or was cancelled a new
 * operation begins from its input. Within {@link admit}. Throws not_found, state_conflict, and what `readmit` throws.
 */
export async function retryOperation(tx: AtollTx, request: RetryRequest): Promise<OperationRow> {
  const failed = await getOperation(tx, { id: request.operationId, scope: 'every-project', includeSystem: true });
  const stuck = await hastenStuckOperation(tx, failed.id);
  if (stuck) return stuck;
  const states: readonly string[] = operationCan.retry;
  if (!states.includes(failed.state) || failed.state === 'stuck')
    throw new AtollError('state_conflict', `It is ${failed.state}: there is nothing to repeat.`, {
      params: { reason: 'wrongState', state: failed.state },
    });
  const { projectId, kind, hostId, priority, createdBy, requestId } = { ...failed, ...request };
  const operation = await enqueueOperation(tx, {
    projectId,
    kind,
    target: { type: failed.targetType, id: failed.targetId, name: failed.targetName },
    hostId,
    input: operationInput[kind].parse(failed.input),
    priority,
    createdBy,
    requestId,
    retryOfId: failed.id,
  });
  await request.readmit(tx, failed, operation);
  return operation;
}

import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx } from '#server/db/client.ts';
import { requestCancel } from '#server/db/operation-journal-store.ts';
import { getOperation, type OperationRow } from '#server/db/operation-store.ts';
import { isForwardOnly } from './workflow-versions.ts';

/**
 * Asks for an operation to be cancelled: its step is told to stop, and what was done is undone. It is cancelled when its
 * state says so; one that was in its last step may still succeed. Within {@link admit}, so that the worker hears of it.
 * Throws not_found, or state_conflict where it is over, being undone or a delete. The caller has checked who asks.
 */
export async function cancelOperation(tx: AtollTx, operationId: string): Promise<OperationRow> {
  const operation = await getOperation(tx, { id: operationId, scope: 'every-project', includeSystem: true });
  if (isForwardOnly(operation.kind))
    throw new AtollError('state_conflict', 'What is being deleted cannot be brought back by cancelling.', {
      params: { reason: 'forwardOnly' },
    });
  const cancelled = await requestCancel(tx, operationId);
  if (cancelled) return cancelled;
  throw new AtollError('state_conflict', `It is ${operation.state} and cannot be cancelled any more.`, {
    params: { reason: 'wrongState', state: operation.state },
  });
}

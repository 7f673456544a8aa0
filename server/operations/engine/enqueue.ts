import { AtollError } from '#server/contract/errors.ts';
import type { OperationKind } from '#server/contract/operation.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import { type PriorityClass, priorityClassOf } from '#server/contract/queue.ts';
import type { AtollTx, Db } from '#server/db/client.ts';
import { inTx } from '#server/db/client.ts';
import { findLiveOperation, insertOperation, type OperationRow } from '#server/db/operation-store.ts';
import type { Bell } from './bell.ts';
import { currentVersion } from './workflow-versions.ts';

export interface EnqueueRequest<K extends OperationKind = OperationKind> {
  /** Given where other rows, such as sealed secrets, must name the operation before it is there. */
  id?: string;
  kind: K;
  /** null: work of the system, such as adding a host. */
  projectId: string | null;
  /** What the operation holds: only one operation at a time has it. */
  target: { type: string; id: string; name: string };
  /** The host whose slots it takes; null where it calls none. */
  hostId?: string | null;
  /** As contract/operation-input.ts says for this kind: ids and choices, never a secret. */
  input: OperationInput<K>;
  createdBy?: { id: string; name: string } | null;
  requestId?: string | null;
  /** Smaller runs first; default: that of its class. */
  priority?: number;
  runAfter?: Date;
  retryOfId?: string;
}

/** Classes are hundreds of the priority (queue-order-store.ts). */
const priorityOfClass: Record<PriorityClass, number> = { interactive: 50, normal: 100, background: 200 };

/**
 * Puts work into the queue, as part of the transaction that admits it (rows, claims, audit). Open that transaction with
 * {@link admit}, so that the workers hear of it at once; without, they find it by themselves within 5 s.
 * Throws state_conflict, naming the operation, when another one holds the target.
 */
export async function enqueueOperation<K extends OperationKind>(
  tx: AtollTx,
  request: EnqueueRequest<K>,
): Promise<OperationRow> {
  const { projectId, target } = request;
  // Asked first, because after a violated index the transaction could not answer any more. Between two that ask at
  // once the index decides (insertOperation), without the name.
  const live = await findLiveOperation(tx, { projectId, targetId: target.id });
  if (live) throw busy(live);
  const priority = request.priority ?? priorityOfClass[priorityClassOf(request.kind)];
  return insertOperation(tx, { ...request, priority, workflowVersion: currentVersion(request.kind) });
}

/** The refusal of a target that another operation holds. */
export function busy(live: OperationRow): AtollError {
  const verb = live.kind.slice(live.kind.lastIndexOf('.') + 1);
  return new AtollError('state_conflict', `“${live.targetName}” is busy: ${verb} is ${live.state}.`, {
    params: { reason: 'busy', operation: live.id, kind: live.kind, state: live.state },
  });
}

/** One transaction that starts or cancels work: commits, then wakes the workers. Throws what `work` throws; see `inTx`. */
export async function admit<T>(context: { db: Db; bell: Bell }, work: (tx: AtollTx) => Promise<T>): Promise<T> {
  const result = await inTx(context.db, work);
  context.bell.ring();
  return result;
}

import type { AtollTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { findInstance } from '#server/db/instance-store.ts';
import type { OperationRow } from '#server/db/operation-store.ts';
import { inProjectOf } from './instance-target.ts';

interface InstanceEvent {
  type: `instance.${string}`;
  message: string;
  params?: Record<string, string | number>;
  /** The name of the instance, from whoever has just read it. */
  name?: string;
}

/** A line in the history of an instance, in the name of whoever asked for the operation. */
export async function recordInstanceEvent(tx: AtollTx, operation: OperationRow, event: InstanceEvent): Promise<void> {
  await record(tx, operation, { severity: 'info', ...event });
}

/** {@link recordInstanceEvent} for an operation that failed; the history says why. */
export async function recordInstanceFailure(
  tx: AtollTx,
  operation: OperationRow,
  event: InstanceEvent & { problem: { code: string; detail: string } },
): Promise<void> {
  const { problem, message, params, ...rest } = event;
  await record(tx, operation, {
    ...rest,
    severity: 'error',
    message: `${message} ${problem.detail}`,
    params: { ...params, code: problem.code, detail: problem.detail },
  });
}

async function record(
  tx: AtollTx,
  operation: OperationRow,
  event: InstanceEvent & { severity: 'info' | 'error' },
): Promise<void> {
  const { name = await nameOf(tx, operation), ...said } = event;
  const { createdById, createdByName } = operation;
  await appendEvent(tx, {
    ...said,
    projectId: operation.projectId,
    target: { type: 'instance', id: operation.targetId, name },
    actor: createdById === null ? null : { id: createdById, name: createdByName ?? '' },
  });
}

/** It may have another name by now than the operation began with. */
async function nameOf(tx: AtollTx, operation: OperationRow): Promise<string> {
  const instance = await findInstance(tx, inProjectOf(operation, operation.targetId));
  return instance?.name ?? operation.targetName;
}

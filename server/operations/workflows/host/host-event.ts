import type { AtollTx } from '#server/db/client.ts';
import { appendEvent, type EventSeverity } from '#server/db/event-store.ts';
import type { OperationRow } from '#server/db/operation-store.ts';

/** A line in the history of a host, in the name of whoever asked for the operation. */
export async function recordHostEvent(
  tx: AtollTx,
  operation: OperationRow,
  event: { type: `host.${string}`; message: string; severity?: EventSeverity },
): Promise<void> {
  const { createdById, createdByName, targetId, targetName } = operation;
  await appendEvent(tx, {
    ...event,
    projectId: null,
    target: { type: 'host', id: targetId, name: targetName },
    actor: createdById === null ? null : { id: createdById, name: createdByName ?? '' },
  });
}

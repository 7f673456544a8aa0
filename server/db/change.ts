import type { EventTopic } from '#server/contract/event.ts';
import type { AtollTx } from './client.ts';

export interface Change {
  topic: EventTopic;
  entityId: string;
  /** null: seen by those who see the system, or public. */
  projectId: string | null;
  version: number;
}

/**
 * Tells browsers and programs that something changed, in the transaction that changes it. No NOTIFY here: it would
 * take one global lock at commit (reliability.md); the publisher rings the bell.
 */
export async function appendChange(tx: AtollTx, change: Change): Promise<void> {
  await tx.outbox.createMany({
    data: [{ topic: change.topic, entityId: change.entityId, projectId: change.projectId, version: change.version }],
  });
}

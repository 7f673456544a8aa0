import { type Db, inTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { observeInstance } from '#server/db/instance-change-store.ts';
import { findInstance, type InstanceRow } from '#server/db/instance-store.ts';
import type { ObservedInstance } from '#server/drivers/driver.ts';
import { isNews, isPassing, observationOf, outsideEvent } from './observed-change.ts';

/** Writes what a host says of one of ours, with a line of history where the state changed and nobody of ours did it. */
export async function applyObserved(db: Db, row: InstanceRow, seen: ObservedInstance): Promise<void> {
  if (isPassing(seen)) return;
  const observation = observationOf(row, seen);
  if (!isNews(row, observation)) return;
  const event = outsideEvent(row, observation.observedState, observation.observedReason);
  await inTx(db, async (tx) => {
    // Of several workers that see the same change, the one that writes it tells the story.
    const changed = await observeInstance(tx, row, observation);
    if (changed && event) await appendEvent(tx, event);
  });
}

/**
 * Marks an instance as missing that was ready before its host was listed and is not in the list. The row is read again
 * under the eyes of its operations: what is being made or deleted is not missing.
 */
export async function applyMissing(db: Db, before: InstanceRow): Promise<void> {
  if (before.observedState === 'missing') return;
  await inTx(db, async (tx) => {
    const row = await findInstance(tx, before);
    if (row?.lifecycle !== 'ready' || row.task !== null || row.generation !== before.generation) return;
    const gone = { observedReason: null, addresses: [], ports: [] };
    const changed = await observeInstance(tx, row, { observedState: 'missing', ...gone });
    const event = outsideEvent(row, 'missing', null);
    if (changed && event) await appendEvent(tx, event);
  });
}

import type { EventTopic } from '#server/contract/event.ts';
import { Prisma } from './generated/client.ts';

export interface Change {
  topic: EventTopic;
  entityId: string;
  /** null: seen by those who see the system, or public. */
  projectId: string | null;
  version: number;
}

type Writer = Pick<Prisma.TransactionClient, '$executeRaw'>;

/** What each open transaction has to tell, one line per entity: readers want to know how it is in the end. */
const pending = new WeakMap<object, Map<string, Change>>();

/** Who wants to hear that changes were committed through a database client of this process. */
const listeners = new WeakMap<object, Set<() => void>>();

/** From here on the transaction collects what it has to tell. */
export function collectChanges(tx: object): void {
  pending.set(tx, new Map());
}

/** Adds to what the transaction tells; of two changes of one entity the later stays, in its later place. */
export function addChange(tx: object, change: Change): void {
  const changes = pending.get(tx);
  if (!changes) throw new Error('A change is told outside of inTx.');
  const key = `${change.topic} ${change.entityId}`;
  changes.delete(key);
  changes.set(key, change);
}

/** Writes what was collected, in one statement and as the last one before the commit. Answers whether there was anything. */
export async function writeChanges(tx: Writer): Promise<boolean> {
  const changes = [...(pending.get(tx)?.values() ?? [])];
  pending.delete(tx);
  if (changes.length === 0) return false;
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (topic, entity_id, project_id, version)
    SELECT c.topic, c.entity_id, c.project_id, c.version
    FROM unnest(${changes.map((change) => change.topic)}::text[], ${changes.map((change) => change.entityId)}::text[],
        ${changes.map((change) => change.projectId)}::uuid[], ${changes.map((change) => change.version)}::int[])
      WITH ORDINALITY AS c(topic, entity_id, project_id, version, place)
    ORDER BY c.place`);
  return true;
}

/** Calls back after each commit with something to tell, until the answered function is called. */
export function onChangesCommitted(db: object, listener: () => void): () => void {
  const all = listeners.get(db) ?? new Set();
  listeners.set(db, all.add(listener));
  return () => all.delete(listener);
}

/** Something to tell was committed. */
export function changesCommitted(db: object): void {
  for (const listener of listeners.get(db) ?? []) listener();
}

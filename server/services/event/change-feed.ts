import type { OutboxRow } from '#server/db/outbox-store.ts';

/** Called with changes in the order of their seq, each once. */
export type ChangeListener = (changes: readonly OutboxRow[]) => void;

/**
 * The published changes of this process: one reader of the outbox, any number of listeners (browsers that watch, requests
 * that wait). server/main/outbox-reader.ts feeds it.
 */
export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();

  /** Listens until the returned function is called. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives changes to all who listen. */
  publish(changes: readonly OutboxRow[]): void {
    for (const listener of [...this.#listeners]) listener(changes);
  }
}

import type { Db } from '#server/db/client.ts';
import { publishBatch as batch, publishOutbox } from '#server/db/outbox-store.ts';
import { onChangesCommitted } from '#server/db/pending-changes.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';

/**
 * How often it is looked for what nobody rang for: the changes of a process that died between commit and publishing, and of
 * tools that have no publisher.
 */
const lookAnywayMs = 500;

/**
 * Gives committed changes their place in the stream: its own process's at once, others' within half a second. Any number of
 * processes may run one.
 */
export class OutboxPublisher {
  readonly #db: Db;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #bell = Promise.withResolvers<void>();
  #running: Promise<void> | null = null;

  constructor(parts: { db: Db; log: Log }) {
    this.#db = parts.db;
    this.#log = parts.log;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#bell.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const hush = onChangesCommitted(this.#db, () => this.#bell.resolve());
    for (let failures = 0; !signal.aborted; ) {
      // Armed before the look: what is committed meanwhile rings for the next one.
      this.#bell = Promise.withResolvers();
      try {
        const { count } = await publishOutbox(this.#db);
        failures = 0;
        if (count < batch) await this.#untilRung();
      } catch (error) {
        failures += 1;
        this.#log.warn({ err: error }, 'changes cannot be published');
        await sleep(Math.min(5_000, 50 * 2 ** failures), signal).catch(() => undefined); // a stop ends the pause
      }
    }
    hush();
  }

  async #untilRung(): Promise<void> {
    const timer = setTimeout(this.#bell.resolve, lookAnywayMs);
    await this.#bell.promise;
    clearTimeout(timer);
  }
}

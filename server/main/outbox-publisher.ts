import type { Db } from '#server/db/client.ts';
import { publishOutbox } from '#server/db/outbox-store.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';

/** A change is on its way to browsers this long after its commit, at the latest; idle, it costs a short query. */
const everyMs = 50;

/** Gives committed changes their place in the stream. Any number of processes may run one: a lock lets one work at a time. */
export class OutboxPublisher {
  readonly #db: Db;
  readonly #log: Log;
  readonly #stopping = new AbortController();
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
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const { count } = await publishOutbox(this.#db);
        failures = 0;
        if (count > 0) continue;
      } catch (error) {
        failures += 1;
        this.#log.warn({ err: error }, 'changes cannot be published');
      }
      await sleep(Math.min(5_000, everyMs * 2 ** failures), signal).catch(() => undefined); // a stop ends the pause
    }
  }
}

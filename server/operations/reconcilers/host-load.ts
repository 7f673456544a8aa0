import type { Db } from '#server/db/client.ts';
import { addHostLoad } from '#server/db/host-load-store.ts';
import { sleep } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { HostLink } from '../host-link/host-link.ts';
import { cpuShare, type LoadReading, readLoad } from '../host-link/read-load.ts';

const everyMs = 30_000;
const timeoutMs = 15_000;
/** Placement goes by what was so for a while: an average over 15 minutes (scheduling.md). */
const windowSeconds = 15 * 60;

/**
 * Looks at the load of one machine every half a minute, over the connection that is kept to it, and writes its average. A host that is
 * reached by Docker's port alone has no machine to ask: its row stays away, and placement goes by requests.
 */
export class HostLoadWatch {
  readonly #parts: { db: Db; hostId: string; link: HostLink; log: Log };
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #last: LoadReading | null = null;

  constructor(parts: { db: Db; hostId: string; link: HostLink; log: Log }) {
    this.#parts = parts;
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
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => {
        // That the host does not answer is the keeper's to say; the next look begins afresh.
        this.#last = null;
        this.#parts.log.debug({ err: error, hostId: this.#parts.hostId }, 'the load of a host could not be read');
      });
      await sleep(everyMs, signal).catch(() => undefined);
    }
  }

  /** One look. The first only remembers the counters of the CPUs. @throws TransportError or what the database throws. */
  async look(): Promise<void> {
    const { db, hostId, link } = this.#parts;
    if (!link.machine) return;
    const reading = await readLoad(link.machine, { signal: this.#stopping.signal, timeoutMs });
    const cpu = this.#last && reading && cpuShare(this.#last, reading);
    this.#last = reading;
    if (reading && cpu !== null) await addHostLoad(db, { hostId }, { cpu, memory: reading.memory }, windowSeconds);
  }
}

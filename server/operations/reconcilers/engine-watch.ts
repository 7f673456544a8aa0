import { type Db, inTx } from '#server/db/client.ts';
import { replaceContainerImages } from '#server/db/container-image-store.ts';
import { type Driver, DriverError, type HostChange } from '#server/drivers/driver.ts';
import type { Log } from '#server/platform/log.ts';
import type { InstanceBell } from '../host-link/instance-bell.ts';
import { applyChange, reconcileInventory } from './apply-inventory.ts';
import type { DriftReport } from './drift-report.ts';
import { LeftoverSweep } from './leftover-sweep.ts';

export interface EngineWatchParts {
  db: Db;
  host: { id: string; name: string };
  driver: Driver;
  bell: InstanceBell;
  drift: DriftReport;
  log: Log;
  /** Told after each list that came, and with each failure to get one. */
  onAnswer(): void;
  onFailure(error: unknown): void;
}

/** A list is taken at least so often, whatever events say; a little earlier or later, so that hosts do not answer in step. */
const relistMs = 45_000;
const listTimeoutMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** Two events of one domain are milliseconds apart; a list that was just asked for serves both. */
const settleMs = 100;

type InstanceChange = Extract<HostChange, { type: 'instance' }>;

/**
 * The loop of one engine on one host: watch, then list, then whatever comes. Changes of one instance that come while
 * another is being written become one (reliability.md F19).
 */
export class EngineWatch {
  readonly #parts: EngineWatchParts;
  readonly #stopping = new AbortController();
  readonly #changed = new Map<string, InstanceChange>();
  readonly #sweep: LeftoverSweep;
  #relistWanted = true;
  #wake = Promise.withResolvers<void>();
  #running: Promise<void> | null = null;

  constructor(parts: EngineWatchParts) {
    this.#parts = parts;
    this.#sweep = new LeftoverSweep(parts);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Lists again soon. */
  refresh(): void {
    this.#relistWanted = true;
    this.#wake.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const watch = await this.#parts.driver.watch((change) => this.#onChange(change));
        try {
          await this.#follow(() => {
            failures = 0;
          });
        } finally {
          await watch.stop();
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.onFailure(error);
        const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.5 + Math.random() / 2);
        failures += 1;
        this.#relistWanted = true;
        await this.#rest(pauseMs);
      }
    }
  }

  /** Lists and writes until it is stopped. Throws when a list does not come. */
  async #follow(onList: () => void): Promise<void> {
    const { signal } = this.#stopping;
    let nextListAt = 0;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      if (this.#relistWanted || performance.now() >= nextListAt) {
        await this.#list();
        onList();
        nextListAt = performance.now() + relistMs * (0.8 + Math.random() * 0.4);
      }
      await this.#writeChanges();
      if (!this.#relistWanted && this.#changed.size === 0) await this.#rest(nextListAt - performance.now());
      if (this.#relistWanted) await this.#rest(settleMs, false);
    }
  }

  async #list(): Promise<void> {
    const { db, host, driver, drift, onAnswer } = this.#parts;
    this.#relistWanted = false;
    const options = { signal: this.#stopping.signal, timeoutMs: listTimeoutMs };
    const found = await reconcileInventory(db, host.id, driver, options);
    await drift.tell(host, found);
    await this.#sweep.run(found, options);
    if (driver.engine === 'docker') {
      const images = await driver.listImages(options);
      const rows = images.map(({ createdAt, ...image }) => ({
        ...image,
        createdAt: createdAt === null ? null : new Date(createdAt),
      }));
      await inTx(db, (tx) => replaceContainerImages(tx, { hostId: host.id }, rows));
    }
    onAnswer();
  }

  async #writeChanges(): Promise<void> {
    const { db, host, driver, bell } = this.#parts;
    for (const change of [...this.#changed.values()]) {
      this.#changed.delete(change.id);
      await applyChange(db, host.id, driver.engine, change);
      bell.ring(change.id);
    }
  }

  #onChange(change: HostChange): void {
    if (change.type === 'disconnected') {
      // The watch goes on by itself and tells when events flow again; the list says whether the host answers.
      this.#parts.log.info({ err: change.error, host: this.#parts.host.name }, 'events are interrupted');
      this.#relistWanted = true;
    } else if (change.type === 'resync') this.#relistWanted = true;
    else {
      // Operations wait for this, not for the row.
      this.#parts.bell.ring(change.id);
      this.#changed.set(change.id, change);
    }
    this.#wake.resolve();
  }

  /** Until something happens, or for so long. */
  async #rest(ms: number, wakeable = true): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, ms));
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await (wakeable ? Promise.race([this.#wake.promise, over]) : over);
    clearTimeout(timer);
  }
}

/** Whether the machine itself is away, and not only an engine on it. */
export function isHostAway(error: unknown): boolean {
  const away = ['host_unreachable', 'host_auth_failed', 'timeout'];
  return error instanceof DriverError && away.includes(error.code);
}

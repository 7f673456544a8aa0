import { claimOperation } from '#server/db/operation-lease-store.ts';
import type { OperationRow } from '#server/db/operation-row.ts';
import { monotonicMs, sleep } from '#server/platform/clock.ts';
import { newId } from '#server/platform/id.ts';
import type { Engine } from './engine.ts';
import { WorkerStopping } from './interruption.ts';
import { Lease } from './lease.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { runOperation } from './run-operation.ts';

/**
 * Claims and runs operations until it is stopped. Any number of them work side by side on one database, in one process
 * or many.
 */
export class WorkerLoop<Tools> {
  /** Names this loop in the rows that it holds. */
  readonly owner: string;
  readonly #engine: Engine<Tools>;
  readonly #keeper: LeaseKeeper;
  readonly #stopping = new AbortController();
  readonly #runs = new Set<Promise<void>>();
  readonly #wakers = new Set<NodeJS.Timeout>();
  #bell = Promise.withResolvers<void>();
  /** Something may be due that nobody has looked for yet. */
  #rung = false;
  #accepting = true;
  #loop: Promise<void> | null = null;

  constructor(engine: Engine<Tools>, name = 'worker') {
    this.owner = `${name}-${process.pid}-${newId().slice(-12)}`;
    this.#engine = engine;
    this.#keeper = new LeaseKeeper(engine.db, this.owner, engine.settings, engine.log);
  }

  start(): void {
    this.#loop ??= this.#work();
  }

  /** The bell: there may be something to do, or to cancel. Never more than a hint; the rows say what. */
  wake(): void {
    this.#rung = true;
    this.#bell.resolve();
  }

  /** How many operations it runs now. */
  get running(): number {
    return this.#runs.size;
  }

  /**
   * Takes nothing new, waits up to `graceMs` for what runs, then breaks off the rest: it is handed over at once, and
   * whoever takes it goes on from the journal.
   */
  async stop(options: { graceMs: number } = { graceMs: 20_000 }): Promise<void> {
    this.#accepting = false;
    this.wake();
    for (const waker of this.#wakers) clearTimeout(waker);
    await this.#loop;
    const ended = Promise.all(this.#runs);
    await Promise.race([ended, sleep(options.graceMs)]);
    this.#stopping.abort(new WorkerStopping());
    await ended;
    this.#keeper.stop();
  }

  async #work(): Promise<void> {
    let failures = 0;
    while (this.#accepting) {
      this.#bell = Promise.withResolvers();
      try {
        await this.#fill();
        failures = 0;
      } catch (error) {
        failures++;
        this.#engine.log.warn({ err: error }, 'no operation can be claimed');
      }
      const { pollMs } = this.#engine.settings;
      // A little earlier or later each time, so that workers that started together do not ask together.
      const wait = failures > 0 ? Math.min(pollMs, 250 * 2 ** failures) : pollMs * (0.8 + Math.random() * 0.2);
      await this.#restUntilBell(wait);
      // The same bell tells of cancel requests.
      if (this.#runs.size > 0) await this.#keeper.lookForCancels();
    }
  }

  async #fill(): Promise<void> {
    const { db, workflows, settings } = this.#engine;
    while (this.#accepting && this.#runs.size < settings.concurrency) {
      const askedAt = monotonicMs();
      const expected = this.#rung;
      this.#rung = false;
      const operation = await claimOperation(db, {
        owner: this.owner,
        expected,
        leaseMs: settings.leaseMs,
        workflows: workflows.names,
        perHost: settings.perHost,
      });
      if (operation === null) return;
      this.#launch(operation, askedAt);
    }
  }

  #launch(operation: OperationRow, askedAt: number): void {
    const lease = new Lease({ id: operation.id, fence: operation.fence }, askedAt, this.#engine.settings);
    this.#keeper.hold(lease);
    const run = runOperation(this.#engine, operation, lease, this.#stopping.signal).then((end) => {
      this.#keeper.drop(lease);
      this.#runs.delete(run);
      if (end.end === 'again') this.#wakeAfter(end.afterMs);
      // A host's slot is free again, perhaps for one that waits.
      this.#bell.resolve();
    });
    this.#runs.add(run);
  }

  #wakeAfter(ms: number): void {
    if (!this.#accepting) return;
    const waker = setTimeout(() => {
      this.#wakers.delete(waker);
      this.wake();
    }, ms + 20);
    this.#wakers.add(waker);
  }

  async #restUntilBell(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const rested = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#bell.promise, rested]);
    clearTimeout(timer);
  }
}

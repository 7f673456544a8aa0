import type { Db } from '#server/db/client.ts';
import { listCancelRequests, renewLeases } from '#server/db/operation-lease-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Lease } from './lease.ts';

export interface LeaseTimes {
  leaseMs: number;
  /** The runner stops this long before its lease ends. */
  marginMs: number;
  renewEveryMs: number;
}

/** How often leases are looked at. A renewal that failed is tried again after this, not after `renewEveryMs`. */
const tickMs = 1_000;

/**
 * Renews the leases of everything that one worker runs, in one statement, and tells the runs when one is lost or when
 * somebody asked to cancel.
 */
export class LeaseKeeper {
  readonly #db: Db;
  readonly #owner: string;
  readonly #times: LeaseTimes;
  readonly #log: Log;
  readonly #leases = new Map<string, Lease>();
  readonly #timer: NodeJS.Timeout;
  #renewedAt = monotonicMs();
  #renewing = false;
  #looking: Promise<void> | null = null;

  constructor(db: Db, owner: string, times: LeaseTimes, log: Log) {
    this.#db = db;
    this.#owner = owner;
    this.#times = times;
    this.#log = log;
    this.#timer = setInterval(() => this.#tick(), Math.min(tickMs, times.renewEveryMs));
  }

  hold(lease: Lease): void {
    this.#leases.set(lease.held.id, lease);
  }

  drop(lease: Lease): void {
    if (this.#leases.get(lease.held.id) === lease) this.#leases.delete(lease.held.id);
  }

  /** Looks now for operations that somebody asked to cancel. Never throws: it is looked again soon. */
  lookForCancels(): Promise<void> {
    this.#looking ??= this.#lookForCancels().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    // Reading `lost` ends a lease whose time is over.
    for (const lease of this.#leases.values()) if (lease.lost.aborted) this.drop(lease);
    if (this.#leases.size === 0) return;
    void this.lookForCancels();
    if (!this.#renewing && monotonicMs() - this.#renewedAt >= this.#times.renewEveryMs) void this.#renew();
  }

  async #lookForCancels(): Promise<void> {
    try {
      for (const id of await listCancelRequests(this.#db, this.#owner)) this.#leases.get(id)?.cancel();
    } catch (error) {
      this.#log.warn({ err: error }, 'cancel requests could not be read');
    }
  }

  /** Never throws: a lease that is not renewed ends by itself. */
  async #renew(): Promise<void> {
    const leases = [...this.#leases.values()];
    const askedAt = monotonicMs();
    this.#renewing = true;
    try {
      const held = leases.map((lease) => lease.held);
      const renewed = await renewLeases(this.#db, { owner: this.#owner, held, leaseMs: this.#times.leaseMs });
      for (const lease of leases)
        if (renewed.has(lease.held.id)) lease.renewed(askedAt);
        else lease.lose('another runner holds it');
      this.#renewedAt = askedAt;
    } catch (error) {
      this.#log.warn({ err: error, operations: leases.length }, 'leases could not be renewed');
    } finally {
      this.#renewing = false;
    }
  }
}

import type { HeldRef } from '#server/db/operation-journal-store.ts';
import { monotonicMs } from '#server/platform/clock.ts';
import { CancelRequested, FencedOff } from './interruption.ts';

/**
 * A runner's right to work on one operation, as far as this process can know by its own monotonic clock. It ends
 * `marginMs` before the lease in the database does, so that calls to hosts stop before anybody else may begin (F23).
 */
export class Lease {
  readonly held: HeldRef;
  readonly #lost = new AbortController();
  readonly #cancelled = new AbortController();
  readonly #workMs: number;
  #deadline: number;

  /** `askedAt`: {@link monotonicMs} before the claim was sent, so that the time it took counts against us. */
  constructor(held: HeldRef, askedAt: number, times: { leaseMs: number; marginMs: number }) {
    this.held = held;
    this.#workMs = times.leaseMs - times.marginMs;
    this.#deadline = askedAt + this.#workMs;
  }

  /** Aborts with FencedOff. */
  get lost(): AbortSignal {
    if (!this.#lost.signal.aborted && monotonicMs() >= this.#deadline)
      this.lose('the lease could not be renewed in time');
    return this.#lost.signal;
  }

  /** Aborts with CancelRequested. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  renewed(askedAt: number): void {
    if (!this.#lost.signal.aborted) this.#deadline = askedAt + this.#workMs;
  }

  lose(why: string): void {
    this.#lost.abort(new FencedOff(`Operation ${this.held.id}: ${why}.`));
  }

  cancel(): void {
    if (!this.#cancelled.signal.aborted) this.#cancelled.abort(new CancelRequested());
  }

  /** Throws FencedOff when the lease is over by our own clock, even if no timer had its turn yet. */
  check(): void {
    this.lost.throwIfAborted();
  }
}

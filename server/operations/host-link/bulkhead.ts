import { DriverError } from '#server/drivers/driver.ts';

/** At most so many calls at once; the others wait in order. One slow host fills its own bulkhead and no other's. */
export class Bulkhead {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits for a place. @throws DriverError `cancelled`, not done, when the signal comes first. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    const givenUp = () =>
      new DriverError('cancelled', 'It was given up before its turn came.', { outcome: 'not_done' });
    if (signal.aborted) throw givenUp();
    if (this.#running < this.#limit) {
      this.#running += 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const giveUp = () => {
      const place = this.#waiting.indexOf(turn.resolve);
      if (place >= 0) this.#waiting.splice(place, 1);
      turn.reject(givenUp());
    };
    this.#waiting.push(turn.resolve);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Hands the place to the next in line, so that nobody overtakes. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

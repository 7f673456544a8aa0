import type { Driver } from '../driver.ts';
import { Prng } from './prng.ts';

export type Verb = Exclude<keyof Driver, 'engine' | 'close' | 'watch'>;

/**
 * - `delay`: it takes a while
 * - `drop-before`: the connection breaks before the host has got the request
 * - `drop-after`: the host has done it, and the connection breaks before the answer
 * - `hang`: no answer until the deadline; done or not
 * - `full`: the disk of the host is full
 */
export type Fault = 'delay' | 'drop-before' | 'drop-after' | 'hang' | 'full';

/** What may happen to an event on its way. */
export type EventFault = 'duplicate' | 'lose';

type Rates<F extends string> = Partial<Record<F, number>>;

/** When what goes wrong: by chance from a seed, and by order of a test. The same seed and calls give the same faults. */
export class FaultPlan {
  readonly #prng: Prng;
  readonly #rates: Rates<Fault>;
  readonly #eventRates: Rates<EventFault>;
  readonly #ordered: { verb: Verb; fault: Fault }[] = [];

  /** Rates are probabilities per call or event; what is left out never happens. */
  constructor(options: { seed?: number; rates?: Rates<Fault>; eventRates?: Rates<EventFault> } = {}) {
    this.#prng = new Prng(options.seed ?? 1);
    this.#rates = options.rates ?? {};
    this.#eventRates = options.eventRates ?? {};
  }

  /** Lets the next call of this verb fail in this way; orders for one verb are taken one after another. */
  order(verb: Verb, fault: Fault): void {
    this.#ordered.push({ verb, fault });
  }

  next(verb: Verb): Fault | null {
    const at = this.#ordered.findIndex((each) => each.verb === verb);
    if (at !== -1) return this.#ordered.splice(at, 1)[0]?.fault ?? null;
    return this.#draw(this.#rates);
  }

  nextForEvent(): EventFault | null {
    return this.#draw(this.#eventRates);
  }

  /** Milliseconds that a call takes: a few as a rule, some seconds with a `delay`. */
  latencyMs(fault: Fault | null): number {
    return fault === 'delay' ? this.#prng.between(500, 8_000) : this.#prng.between(1, 20);
  }

  /** Whether a call that hangs has reached the host. */
  hasReached(): boolean {
    return this.#prng.chance(0.5);
  }

  #draw<F extends string>(rates: Rates<F>): F | null {
    let left = this.#prng.next();
    for (const [fault, rate] of Object.entries(rates) as [F, number][]) {
      if (left < rate) return fault;
      left -= rate;
    }
    return null;
  }
}

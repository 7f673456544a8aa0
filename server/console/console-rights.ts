import type { ConsoleEnd } from '#server/contract/console.ts';
import type { ConsoleGrant } from '#server/db/console-ticket-store.ts';

/** For each grant null while it holds, otherwise why not. */
export type ConsoleRights = (grants: readonly ConsoleGrant[]) => Promise<(ConsoleEnd | null)[]>;

/** Something open that ends when its right does. */
export interface Watched {
  readonly grant: ConsoleGrant;
  withdraw(reason: ConsoleEnd): void;
}

/** Looks at the rights of everything that is open, all at once, every few seconds. */
export class RightsWatch {
  readonly #check: ConsoleRights;
  readonly #watched = new Set<Watched>();
  readonly #unknownMs: number;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;
  #knownAt = performance.now();

  constructor(check: ConsoleRights, { everyMs, unknownMs }: { everyMs: number; unknownMs: number }) {
    this.#check = check;
    this.#unknownMs = unknownMs;
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  add(watched: Watched): void {
    if (this.#watched.size === 0) this.#knownAt = performance.now();
    this.#watched.add(watched);
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched);
  }

  /** Looks now. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#watched.size === 0) return;
    this.#isLooking = true;
    const all = [...this.#watched];
    try {
      const reasons = await this.#check(all.map(({ grant }) => grant));
      this.#knownAt = performance.now();
      for (const [at, watched] of all.entries()) {
        const reason = reasons[at];
        if (reason) watched.withdraw(reason);
      }
    } catch {
      // Nobody knows any more whether these rights hold: after a while they count as lost.
      if (performance.now() - this.#knownAt > this.#unknownMs) for (const watched of all) watched.withdraw('failed');
    } finally {
      this.#isLooking = false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

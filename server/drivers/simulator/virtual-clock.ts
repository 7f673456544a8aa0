interface Sleeper {
  atMs: number;
  order: number;
  wake: () => void;
}

/**
 * Time that passes only where somebody waits for it: when all that could run has run, it jumps to the earliest sleeper.
 * An hour of delays and deadlines takes milliseconds, always in the same order.
 */
export class VirtualClock {
  #nowMs = 0;
  #order = 0;
  #pumping = false;
  readonly #sleepers: Sleeper[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Wakes after `ms` of virtual time, or at once and quietly when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order, wake: resolve };
      this.#order += 1;
      const leave = () => {
        const at = this.#sleepers.indexOf(sleeper);
        if (at !== -1) this.#sleepers.splice(at, 1);
        resolve();
      };
      sleeper.wake = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#sleepers.push(sleeper);
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // A macrotask later every promise that could go on has gone on.
    setImmediate(() => {
      this.#pumping = false;
      const [next] = this.#sleepers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      if (!next) return;
      this.#sleepers.shift();
      this.#nowMs = next.atMs;
      next.wake();
      this.#pump();
    });
  }
}

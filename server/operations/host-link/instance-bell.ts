import { sleep } from '#server/platform/clock.ts';

/** Wakes who waits for an instance when its host says that something happened to it. */
export class InstanceBell {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Something happened to this instance. */
  ring(instanceId: string): void {
    for (const wake of this.#waiting.get(instanceId) ?? []) wake();
  }

  /** Resolves at the next ring or after `atMostMs`, whichever is first. Throws the signal's reason. */
  async wait(instanceId: string, atMostMs: number, signal: AbortSignal): Promise<void> {
    const rung = Promise.withResolvers<void>();
    const enough = new AbortController();
    const waiting = this.#waiting.get(instanceId) ?? new Set();
    this.#waiting.set(instanceId, waiting.add(rung.resolve));
    try {
      await Promise.race([rung.promise, sleep(atMostMs, AbortSignal.any([signal, enough.signal]))]);
    } finally {
      enough.abort();
      waiting.delete(rung.resolve);
      if (waiting.size === 0) this.#waiting.delete(instanceId);
    }
  }
}

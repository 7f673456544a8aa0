/** Milliseconds that only grow: for durations and deadlines, whatever happens to the wall clock (reliability.md F16). */
export const monotonicMs = (): number => performance.now();

/** Waits; ends early with the reason of the signal when it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Delay before try number `attempt` (from 1): full jitter on an exponential between 1 s and 60 s (reliability.md). */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(60_000, 1_000 * 2 ** Math.min(attempt, 16)));
}

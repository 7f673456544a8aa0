/** Bounds of the wait between attempts, in milliseconds. */
export interface BackoffOptions {
  minMs: number;
  maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { minMs: 200, maxMs: 30_000 };

/**
 * Full jitter: anything between the minimum and a ceiling that doubles with every failure, so that clients of a
 * restarted daemon do not come back in step. (M. Brooker, "Exponential Backoff And Jitter", AWS, 2015.)
 */
export function backoffMs(failures: number, options: BackoffOptions, random: () => number = Math.random): number {
  const ceiling = Math.min(options.maxMs, options.minMs * 2 ** Math.min(failures, 30));
  return options.minMs + random() * (ceiling - options.minMs);
}

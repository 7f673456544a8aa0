import { availableParallelism, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';

/** One way of doing the same thing. */
export interface Contender {
  name: string;
  run(round: number): Promise<unknown>;
  /** Puts things back after each run; not measured. */
  after?(round: number): Promise<unknown>;
}

export interface Result {
  name: string;
  medianMs: number;
  p95Ms: number;
  /** How many times slower than the first contender, at the median. */
  ratio: number;
  /** Of each round after the warm-up, in order. */
  timesMs: number[];
}

/**
 * Runs the contenders in turns, `rounds` times after one warm-up, so that a drift of the machine's speed meets all of
 * them. Times are wall-clock milliseconds.
 */
export async function measure(contenders: readonly Contender[], rounds: number): Promise<Result[]> {
  const times = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const from = performance.now();
      await contender.run(round);
      if (round > 0) times[index]?.push(performance.now() - from);
      await contender.after?.(round);
    }
  }
  return contenders.map(({ name }, index) => resultOf(name, times[index] ?? [], times[0] ?? []));
}

/** Sums up times in milliseconds against those of a baseline. */
export function resultOf(name: string, timesMs: number[], baselineMs: readonly number[]): Result {
  const medianMs = percentile(timesMs, 50);
  return { name, medianMs, p95Ms: percentile(timesMs, 95), ratio: medianMs / percentile(baselineMs, 50), timesMs };
}

/** How much longer the one took than the other, round by round: a slow round of the machine meets both. */
export function differences(longer: Result, shorter: Result): { medianMs: number; p95Ms: number } {
  const each = longer.timesMs.map((timeMs, round) => timeMs - (shorter.timesMs[round] ?? Number.NaN));
  return { medianMs: percentile(each, 50), p95Ms: percentile(each, 95) };
}

/** Nearest-rank percentile of numbers in any order; NaN of none. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Prints a table: name, median, p95, ratio to the first row; and how busy the machine was besides, for whoever compares. */
export function printResults(title: string, results: readonly Result[], rounds: number): void {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  console.log(`\n${title} (${rounds} rounds in turns; ms; load ${load} on ${availableParallelism()} cores)`);
  const width = Math.max(...results.map((result) => result.name.length));
  for (const { name, medianMs, p95Ms, ratio } of results) {
    console.log(
      `  ${name.padEnd(width)}  median ${medianMs.toFixed(2).padStart(9)}  p95 ${p95Ms.toFixed(2).padStart(9)}  × ${ratio.toFixed(2)}`,
    );
  }
}

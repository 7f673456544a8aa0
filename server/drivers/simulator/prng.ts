/** Seeded numbers that repeat: mulberry32 (Tommy Ettinger, public domain). Good for faults, not for secrets. */
export class Prng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** True once in a while: with probability `share`. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** From `low` up to, but not, `high`. */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }
}

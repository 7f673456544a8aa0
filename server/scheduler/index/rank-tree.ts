/** A host that does not fit. */
export const unfit = -1;

/**
 * Ranks of hosts by their place, in a tree of maxima: a change costs log n, and so does finding the best from a place on.
 * Keys are whole numbers from 0 up, or {@link unfit}.
 */
export class RankTree {
  readonly #size: number;
  readonly #nodes: Int32Array;

  /** Built at once from the keys of all hosts. */
  constructor(keys: Int32Array) {
    this.#size = 1 << Math.ceil(Math.log2(Math.max(2, keys.length)));
    this.#nodes = new Int32Array(2 * this.#size).fill(unfit);
    this.#nodes.set(keys, this.#size);
    for (let node = this.#size - 1; node > 0; node -= 1) this.#nodes[node] = this.#larger(node);
  }

  get(at: number): number {
    return this.#nodes[this.#size + at] ?? unfit;
  }

  set(at: number, key: number): void {
    const nodes = this.#nodes;
    let node = this.#size + at;
    if (nodes[node] === key) return;
    nodes[node] = key;
    for (node >>= 1; node > 0; node >>= 1) {
      const larger = this.#larger(node);
      if (nodes[node] === larger) return;
      nodes[node] = larger;
    }
  }

  /** The place of the largest key, the first from `turn` on, going round; −1 where nothing fits. */
  best(turn: number): number {
    const largest = this.#nodes[1] ?? unfit;
    if (largest === unfit) return -1;
    const found = this.#firstFrom(turn, largest);
    return found >= 0 ? found : this.#firstFrom(0, largest);
  }

  #larger(node: number): number {
    const left = this.#nodes[2 * node] ?? unfit;
    const right = this.#nodes[2 * node + 1] ?? unfit;
    return Math.max(left, right);
  }

  /** The first place from `start` on with this key, which is the largest of all. */
  #firstFrom(start: number, key: number): number {
    const nodes = this.#nodes;
    let node = this.#size + start;
    // Up and to the right until a subtree holds the key …
    while (nodes[node] !== key) {
      while (node & 1) {
        node >>= 1;
        if (node <= 1) return -1;
      }
      node += 1;
    }
    // … and down to its first leaf.
    while (node < this.#size) node = nodes[2 * node] === key ? 2 * node : 2 * node + 1;
    return node - this.#size;
  }
}

import { allFilters } from '../filters/all-filters.ts';
import type { Filter } from '../filters/filter.ts';
import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';

/** One bit per host. */
export type Bits = Uint32Array;

export const hasBit = (bits: Bits, at: number): boolean => ((bits[at >> 5] as number) & (1 << (at & 31))) !== 0;

const setBit = (bits: Bits, at: number, on: boolean): void => {
  const word = bits[at >> 5] as number;
  bits[at >> 5] = on ? word | (1 << (at & 31)) : word & ~(1 << (at & 31));
};

type KeyedFilter = Filter & { keyOf(request: PlacementRequest): string };
const keyed = allFilters.filter((filter): filter is KeyedFilter => filter.keyOf !== undefined);

/** More answers than these are not kept: traits and pools are few, networks too. */
const keptAnswers = 512;

/**
 * Which hosts pass the filters that look at facts which change seldom: pools, engines, traits, networks, cordons. What a filter says to
 * one question is kept as a set of bits, and a request is answered by their intersection.
 */
export class EligibleHosts {
  readonly #hosts: readonly HostSnapshot[];
  readonly #answers = new Map<string, { filter: Filter; request: PlacementRequest; bits: Bits }>();

  /** `hosts` is read again whenever a question is new. */
  constructor(hosts: readonly HostSnapshot[]) {
    this.#hosts = hosts;
  }

  /** The hosts that pass all of them. A copy. */
  for(request: PlacementRequest): Bits {
    const all = new Uint32Array((this.#hosts.length + 31) >> 5).fill(0xffff_ffff);
    for (const filter of keyed) {
      const bits = this.#answer(filter, request);
      for (let word = 0; word < all.length; word += 1) all[word] = (all[word] as number) & (bits[word] as number);
    }
    return all;
  }

  /** Facts of a host have changed: every kept answer is corrected. */
  refresh(at: number): void {
    const host = this.#hosts[at] as HostSnapshot;
    for (const { filter, request, bits } of this.#answers.values())
      setBit(bits, at, filter.refuse(host, request) === null);
  }

  #answer(filter: KeyedFilter, request: PlacementRequest): Bits {
    const key = `${filter.name} ${filter.keyOf(request)}`;
    const known = this.#answers.get(key);
    if (known) return known.bits;
    const bits = new Uint32Array((this.#hosts.length + 31) >> 5);
    for (const [at, host] of this.#hosts.entries()) if (filter.refuse(host, request) === null) setBit(bits, at, true);
    if (this.#answers.size >= keptAnswers) this.#answers.delete(this.#answers.keys().next().value ?? '');
    this.#answers.set(key, { filter, request, bits });
    return bits;
  }
}

/** What requests have in common that are answered alike, but for single hosts (pins, groups). */
export function classKey(request: PlacementRequest): string {
  const { vcpus, memoryMiB, diskGiB } = request.size;
  let key = `${vcpus} ${memoryMiB} ${diskGiB} ${request.kind} ${request.image ?? ''}`;
  for (const filter of keyed) key += `|${filter.keyOf(request)}`;
  return key;
}

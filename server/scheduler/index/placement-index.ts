import type { Candidate } from '../place-instance.ts';
import { firstTurn, maxCandidates, rankKey, scoreOfKey, shuffleTies } from '../rank.ts';
import { groupScore } from '../scores/group.ts';
import { figuresOf } from '../scores/host-figures.ts';
import { scoreFigures } from '../scores/score-host.ts';
import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';
import { classKey, EligibleHosts, hasBit } from './eligible-hosts.ts';
import { HostTable } from './host-table.ts';
import { RankTree, unfit } from './rank-tree.ts';

/** Requests that are answered alike share the ranks of all hosts; those least used are forgotten. */
const keptClasses = 64;

/** A class that has missed more changes than this share of the hosts is made anew. */
const staleShare = 0.25;

interface RequestClass {
  tree: RankTree;
  bits: Uint32Array;
  /** How many changes it has taken in. */
  seen: number;
}

/**
 * Answers exactly what `placeInstance` defines, for many hosts and many requests: numbers in columns, sets of bits for facts that change
 * seldom, and for each class of equal requests a tree of ranks that takes in one changed host in log n (the equivalence classes
 * of Borg, EuroSys 2015 §3.4). Built from one snapshot, kept up by `claim` and `put`; only the claim in the database decides.
 */
export class PlacementIndex {
  readonly #table: HostTable | null;
  readonly #eligible: EligibleHosts | null;
  readonly #at = new Map<string, number>();
  readonly #classes = new Map<string, RequestClass>();
  /** Places of hosts in the order in which they changed; a class goes through what it has not seen. */
  #changes: number[] = [];
  #forgotten = 0;

  constructor(hosts: readonly HostSnapshot[]) {
    const [first] = hosts;
    this.#table = first ? new HostTable(hosts, figuresOf(first)) : null;
    this.#eligible = this.#table && new EligibleHosts(this.#table.hosts);
    for (const [at, host] of hosts.entries()) this.#at.set(host.id, at);
  }

  /** The at most three best hosts, best first; empty when none can take it. */
  place(request: PlacementRequest, random: () => number = Math.random): Candidate[] {
    const table = this.#table;
    if (!table) return [];
    const turn = firstTurn(table.hosts.length, random);
    const { tree } = this.#classOf(request, table);
    const only = onlyHosts(request);
    const ranked = only ? this.#among(only, request, tree, turn, table) : this.#best(request, tree, turn, table);
    shuffleTies(ranked, random);
    return ranked.map(({ at, key }) => {
      const { id, name } = table.hosts[at] as HostSnapshot;
      return { hostId: id, hostName: name, score: scoreOfKey(key) };
    });
  }

  /** Something was claimed on a host; with negative amounts, given back. */
  claim(hostId: string, size: PlacementRequest['size']): void {
    const at = this.#at.get(hostId);
    if (at === undefined || !this.#table) return;
    this.#table.claim(at, size);
    this.#changed(at);
  }

  /** Takes in what is known of a host now, all of it. A host that was not in the snapshot needs another index. */
  put(host: HostSnapshot): void {
    const at = this.#at.get(host.id);
    if (at === undefined || !this.#table) throw new RangeError(`The index was made without the host ${host.id}.`);
    this.#table.put(at, host);
    this.#eligible?.refresh(at);
    for (const kept of this.#classes.values()) kept.seen = -1;
    this.#changed(at);
  }

  /** Every host with what is claimed on it by now: for explanations. */
  snapshots(): HostSnapshot[] {
    return this.#table?.hosts.map((_, at) => (this.#table as HostTable).snapshot(at)) ?? [];
  }

  #changed(at: number): void {
    this.#changes.push(at);
    if (this.#changes.length <= 4 * this.#at.size + 1024) return;
    const half = this.#changes.length >> 1;
    this.#forgotten += half;
    this.#changes = this.#changes.slice(half);
  }

  #classOf(request: PlacementRequest, table: HostTable): RequestClass {
    const key = classKey(request);
    const last = this.#forgotten + this.#changes.length;
    let kept = this.#classes.get(key);
    this.#classes.delete(key);
    if (!kept || kept.seen < this.#forgotten || last - kept.seen > staleShare * table.hosts.length + 64) {
      kept = this.#build(request, table);
    } else {
      for (let change = kept.seen; change < last; change += 1) {
        const at = this.#changes[change - this.#forgotten] as number;
        kept.tree.set(at, this.#key(at, request, kept.bits, table));
      }
    }
    kept.seen = last;
    if (this.#classes.size >= keptClasses) this.#classes.delete(this.#classes.keys().next().value ?? '');
    this.#classes.set(key, kept);
    return kept;
  }

  #build(request: PlacementRequest, table: HostTable): RequestClass {
    const bits = (this.#eligible as EligibleHosts).for(request);
    const keys = new Int32Array(table.hosts.length);
    for (let at = 0; at < keys.length; at += 1) keys[at] = this.#key(at, request, bits, table);
    return { tree: new RankTree(keys), bits, seen: 0 };
  }

  #key(at: number, request: PlacementRequest, bits: Uint32Array, table: HostTable): number {
    if (!hasBit(bits, at) || !table.hasRoom(at, request.size)) return unfit;
    return rankKey(this.#score(at, request, table));
  }

  #score(at: number, request: PlacementRequest, table: HostTable): number {
    const cached = request.image !== null && (table.hosts[at] as HostSnapshot).cachedImages.has(request.image);
    return scoreFigures(table.figures(at), request, cached);
  }

  /** The best of all hosts: the ranks are bent to the group, the best are taken out, and all is put back. */
  #best(request: PlacementRequest, tree: RankTree, turn: number, table: HostTable): Ranked[] {
    const before: Ranked[] = [];
    const put = (at: number, key: number): void => {
      before.push({ at, key: tree.get(at) });
      tree.set(at, key);
    };
    for (const hostId of request.group?.hosts.keys() ?? []) {
      const at = this.#at.get(hostId);
      if (at !== undefined) put(at, this.#bentKey(at, request, tree, table));
    }
    const ranked: Ranked[] = [];
    while (ranked.length < maxCandidates) {
      const at = tree.best(turn);
      if (at < 0) break;
      ranked.push({ at, key: tree.get(at) });
      put(at, unfit);
    }
    for (const { at, key } of before.reverse()) tree.set(at, key);
    return ranked;
  }

  /** The best of few hosts. */
  #among(only: readonly string[], request: PlacementRequest, tree: RankTree, turn: number, table: HostTable): Ranked[] {
    const count = table.hosts.length;
    const order = ({ at }: Ranked): number => (at - turn + count) % count;
    return only
      .flatMap((hostId) => this.#at.get(hostId) ?? [])
      .map((at) => ({ at, key: this.#bentKey(at, request, tree, table) }))
      .filter(({ key }) => key !== unfit)
      .sort((a, b) => b.key - a.key || order(a) - order(b))
      .slice(0, maxCandidates);
  }

  /** The rank of a host with what the placement group says of it. */
  #bentKey(at: number, request: PlacementRequest, tree: RankTree, table: HostTable): number {
    const key = tree.get(at);
    const { group } = request;
    const here = group?.hosts.get((table.hosts[at] as HostSnapshot).id) ?? 0;
    if (key === unfit || !group || here === 0) return key;
    if (group.strictness === 'hard') return group.policy === 'anti-affinity' ? unfit : key;
    return rankKey(this.#score(at, request, table) + groupScore(group, here));
  }
}

interface Ranked {
  at: number;
  key: number;
}

/** Hosts that alone come into question, where a request says so; null: any. */
function onlyHosts({ hostId, group }: PlacementRequest): string[] | null {
  const together =
    group?.strictness === 'hard' && group.policy === 'affinity' && group.hosts.size > 0
      ? [...group.hosts].filter(([, here]) => here > 0).map(([id]) => id)
      : null;
  if (hostId === null) return together;
  return together === null || together.includes(hostId) ? [hostId] : [];
}

import type { AnchorPlaces } from './audit-anchor-places.ts';
import { type ChainRecord, chainOf, hashOf } from './audit-chain.ts';

/** What was done to the audit behind Atoll's back. */
export type AuditFault =
  /** Its columns are not those that were hashed. */
  | 'changed'
  /** It was changed and hashed anew: the record after it, or an anchor, remembers another hash. */
  | 'rewritten'
  /** Places of the chain are empty. */
  | 'removed'
  /** The chain is shorter than its head says. */
  | 'removed_at_end'
  /** It stands where no record was written. */
  | 'inserted'
  /** It stands at another place than the one it was written at. */
  | 'reordered'
  /** It belongs to another chain. */
  | 'moved'
  /** The head does not say what the last record says. */
  | 'head_changed'
  /** An anchor knows of more than there is. */
  | 'behind_anchor';

export interface AuditFinding {
  fault: AuditFault;
  /** Id of a project, or `system`. */
  chain: string;
  /** Place in the chain, from 1. */
  seq: string;
  /** Id of the record; null where it is gone. */
  id: string | null;
  /** English sentence. */
  message: string;
}

interface Doubtful {
  record: ChainRecord;
  finding: AuditFinding;
}

/** Of more records than this that do not fit their hash, none is tried at other places: it would take all day. */
const maxTried = 300;

/** Follows one chain from its first record to its end and notes each record that is not as it was written. */
export class ChainCheck {
  readonly chain: string;
  readonly #head: { seq: bigint; hash: Buffer } | null;
  readonly #anchors: AnchorPlaces;
  readonly #findings: AuditFinding[] = [];
  readonly #doubtful: Doubtful[] = [];
  readonly #empty: bigint[] = [];
  #last: { record: ChainRecord; sound: boolean } | null = null;

  constructor(chain: string, head: { seq: bigint; hash: Buffer } | null, anchors: AnchorPlaces) {
    this.chain = chain;
    this.#head = head;
    this.#anchors = anchors;
  }

  /** The next record of the chain, in the order of its places. */
  take(record: ChainRecord): void {
    const last = this.#last;
    const expected = (last?.record.seq ?? 0n) + 1n;
    const behind = this.#head !== null && record.seq > this.#head.seq;
    if (record.seq < expected || behind) {
      const where = behind ? 'behind the end that the head of its chain knows' : 'at a place that is taken';
      this.#note('inserted', record, `stands ${where}`);
      return;
    }
    const gap = record.seq > expected;
    if (gap) this.#noteGap(expected, record);
    const linked = record.prevHash.equals(last?.record.hash ?? Buffer.alloc(0));
    const sound = this.#checkContent(record, gap || linked) && this.#checkAnchor(record);
    if (sound && !linked && !gap && last?.sound !== false) {
      // This record is as it was written, and remembers the one before with another hash.
      if (last)
        this.#note('rewritten', last.record, 'was changed and hashed anew: the next record remembers another hash');
      else this.#note('rewritten', record, 'is the first of its chain, but names one before it');
    }
    this.#last = { record, sound };
  }

  /** Everything that was found, once the chain is over. */
  finish(): AuditFinding[] {
    this.#explainDoubtful();
    const last = this.#last;
    const lastSeq = last?.record.seq ?? 0n;
    const head = this.#head;
    if (!head) {
      if (last) this.#add('head_changed', lastSeq, last.record.id, 'The chain has no head any more.');
    } else if (lastSeq < head.seq) {
      const message = `${places(lastSeq + 1n, head.seq)} at the end of the chain; ${after(last?.record)}.`;
      this.#add('removed_at_end', lastSeq + 1n, null, message);
    } else if (last?.sound && !last.record.hash.equals(head.hash)) {
      const message = `The head remembers another hash than record ${last.record.id} has: one of the two was changed.`;
      this.#add('head_changed', lastSeq, last.record.id, message);
    }
    this.#checkLength(lastSeq);
    return this.#findings.sort((a, b) => (BigInt(a.seq) < BigInt(b.seq) ? -1 : 1));
  }

  #checkContent(record: ChainRecord, inPlace: boolean): boolean {
    if (chainOf(record) !== this.chain) {
      this.#note('moved', record, `belongs to the chain ${chainOf(record)}`);
      return false;
    }
    if (hashOf(record).equals(record.hash)) return true;
    const finding = this.#note('changed', record, 'is not what was hashed when it was written');
    if (!inPlace) this.#doubtful.push({ record, finding });
    return false;
  }

  #checkAnchor(record: ChainRecord): boolean {
    const anchor = this.#anchors.get(record.seq);
    if (!anchor || anchor.hash === record.hash.toString('hex')) return true;
    this.#note('rewritten', record, `has another hash than the anchor of ${anchor.at} wrote down`);
    return false;
  }

  /** A record at another place than its own has another number in its hash: it fits where it came from. */
  #explainDoubtful(): void {
    if (this.#doubtful.length > maxTried) return;
    const candidates = [...this.#doubtful.map(({ record }) => record.seq), ...this.#empty];
    for (const { record, finding } of this.#doubtful) {
      const from = candidates.find((seq) => hashOf({ ...record, seq }).equals(record.hash));
      if (from === undefined) continue;
      finding.fault = 'reordered';
      finding.message = `Record ${record.id} stands at place ${record.seq}, but was written at place ${from}.`;
    }
  }

  #checkLength(lastSeq: bigint): void {
    const behind = [...this.#anchors].filter(([seq]) => seq > lastSeq).sort(([a], [b]) => (a < b ? 1 : -1))[0];
    if (!behind) return;
    const [seq, { at }] = behind;
    const message = `The anchor of ${at} knows ${seq} records; the chain ends at ${lastSeq}.`;
    this.#add('behind_anchor', lastSeq + 1n, null, message);
  }

  #noteGap(from: bigint, next: ChainRecord): void {
    const to = next.seq - 1n;
    for (let seq = from; seq <= to && this.#empty.length < maxTried; seq++) this.#empty.push(seq);
    this.#add('removed', from, null, `${places(from, to)}; ${after(this.#last?.record)}, before record ${next.id}.`);
  }

  #note(fault: AuditFault, record: ChainRecord, what: string): AuditFinding {
    return this.#add(fault, record.seq, record.id, `Record ${record.id} (${record.action}) ${what}.`);
  }

  #add(fault: AuditFault, seq: bigint, id: string | null, message: string): AuditFinding {
    const finding: AuditFinding = { fault, chain: this.chain, seq: String(seq), id, message };
    this.#findings.push(finding);
    return finding;
  }
}

const places = (from: bigint, to: bigint): string =>
  from === to ? `Record ${from} of the chain is gone` : `Records ${from} to ${to} of the chain are gone`;

const after = (record: ChainRecord | undefined): string =>
  record ? `they came after record ${record.id}` : 'they were its first';

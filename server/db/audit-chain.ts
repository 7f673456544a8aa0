import { createHash } from 'node:crypto';

/** A record of the audit as its chain sees it: every column as text, so that nothing is rounded on the way. */
export interface ChainRecord {
  chain: string;
  seq: bigint;
  id: string;
  /** Milliseconds since 1970. */
  atMs: string;
  actorId: string | null;
  actorName: string | null;
  tokenId: string | null;
  ip: string | null;
  requestId: string | null;
  projectId: string | null;
  action: string;
  targetType: string | null;
  targetId: string | null;
  outcome: string;
  code: string | null;
  /** As PostgreSQL writes jsonb. */
  detail: string;
  prevHash: Buffer;
  hash: Buffer;
}

/** The chain in which a record belongs. */
export const chainOf = (record: Pick<ChainRecord, 'projectId'>): string => record.projectId ?? 'system';

/** JSON.stringify escapes exactly what PostgreSQL's escape_json does, for text that PostgreSQL can hold. */
const text = (value: string | null): string => (value === null ? 'null' : JSON.stringify(value));

/**
 * What is hashed of a record: the text of a jsonb array of its columns, as the function `audit_canonical` of the database makes
 * it. Written a second time on purpose: whoever replaces the function of the database does not replace this one.
 */
export function canonicalText(record: ChainRecord): string {
  const { actorId, actorName, tokenId, ip, requestId, projectId, action, targetType, targetId, outcome, code } = record;
  const before = [actorId, actorName, tokenId, ip, requestId, projectId, action, targetType, targetId, outcome, code];
  const parts = [text(record.chain), String(record.seq), record.id, record.atMs, ...before.map(text), record.detail];
  return `[${parts.join(', ')}]`;
}

/** The hash of a record after the one whose hash it names: SHA-256 of that hash and its own text. */
export const hashOf = (record: ChainRecord): Buffer =>
  createHash('sha256').update(record.prevHash).update(canonicalText(record), 'utf8').digest();

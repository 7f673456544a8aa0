import type { Client } from 'pg';
import type { ChainRecord } from './audit-chain.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Where a chain of the audit ends. */
export interface AuditHead {
  chain: string;
  /** Place of its last record, from 1. */
  seq: string;
  /** SHA-256 as hex. */
  hash: string;
}

/** The ends of all chains, in one statement, with the time of the database. */
export async function readAuditHeads(db: DbOrTx): Promise<{ at: Date; heads: AuditHead[] }> {
  const rows = await db.$queryRaw<({ at: Date } & { [K in keyof AuditHead]: AuditHead[K] | null })[]>(Prisma.sql`
    SELECT now() AS at, h.chain, h.chain_seq::text AS seq, encode(h.hash, 'hex') AS hash
    FROM (SELECT 1) one LEFT JOIN audit_head h ON true ORDER BY h.chain`);
  const heads = rows.flatMap(({ chain, seq, hash }) => (chain && seq && hash !== null ? [{ chain, seq, hash }] : []));
  return { at: rows[0]?.at ?? new Date(0), heads };
}

/** The same within the transaction of {@link walkAudit}. */
export async function headsOf(client: Client): Promise<Map<string, { seq: bigint; hash: Buffer }>> {
  const { rows } = await client.query<{ chain: string; seq: string; hash: Buffer }>(
    'SELECT chain, chain_seq AS seq, hash FROM audit_head',
  );
  return new Map(rows.map(({ chain, seq, hash }) => [chain, { seq: BigInt(seq), hash }]));
}

/** Records that are read at once. */
const batch = 1_000;

/** Every record, chain after chain and in the order of its chain. Begin a transaction first, so that nothing moves meanwhile. */
export async function* walkAudit(client: Client): AsyncGenerator<ChainRecord> {
  let after: [string, string, string] = ['', '-9223372036854775808', '-9223372036854775808'];
  for (;;) {
    const { rows } = await client.query<Omit<ChainRecord, 'seq'> & { seq: string }>(
      `SELECT chain, chain_seq::text AS seq, id::text, (extract(epoch FROM at) * 1000)::bigint::text AS "atMs",
         actor_id::text AS "actorId", actor_name AS "actorName", token_id::text AS "tokenId", ip, request_id AS "requestId",
         project_id::text AS "projectId", action, target_type AS "targetType", target_id AS "targetId", outcome, code,
         detail::text AS detail, prev_hash AS "prevHash", hash
       FROM audit WHERE (chain, chain_seq, id) > ($1, $2::bigint, $3::bigint) ORDER BY chain, chain_seq, id LIMIT ${batch}`,
      after,
    );
    for (const row of rows) yield { ...row, seq: BigInt(row.seq) };
    const last = rows.at(-1);
    if (!last || rows.length < batch) return;
    after = [last.chain, last.seq, last.id];
  }
}

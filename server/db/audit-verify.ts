import { Client } from 'pg';
import type { AuditAnchor } from '#server/platform/audit-anchors.ts';
import { expectedAnchors } from './audit-anchor-places.ts';
import type { ChainRecord } from './audit-chain.ts';
import { type AuditFinding, ChainCheck } from './audit-chain-check.ts';
import { headsOf, walkAudit } from './audit-chain-store.ts';

export interface AuditReport {
  chains: number;
  records: number;
  findings: AuditFinding[];
  /** More was found than is told. */
  more: boolean;
}

/** Behind this many nobody reads on. */
const maxFindings = 1_000;

/**
 * Checks every chain of the audit against itself, its head and the anchors, as the owner of the database and on one snapshot, so
 * that it may be run while Atoll works. The hashes are computed here, not by the database.
 */
export async function verifyAudit(ownerUrl: string, anchors: readonly AuditAnchor[]): Promise<AuditReport> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'atoll-audit-verify' });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const heads = await headsOf(client);
    const places = expectedAnchors(anchors);
    const findings: AuditFinding[] = [];
    const waiting = new Set([...heads.keys(), ...places.keys()]);
    let records = 0;
    let check: ChainCheck | undefined;
    const begin = (chain: string): ChainCheck => {
      waiting.delete(chain);
      return new ChainCheck(chain, heads.get(chain) ?? null, places.get(chain) ?? new Map());
    };
    const end = (ended: ChainCheck | undefined): void => {
      if (ended) findings.push(...ended.finish());
    };
    const take = (record: ChainRecord): void => {
      if (check?.chain !== record.chain) {
        end(check);
        check = begin(record.chain);
      }
      check.take(record);
    };
    for await (const record of walkAudit(client)) {
      records += 1;
      take(record);
    }
    end(check);
    const chains = new Set([...heads.keys(), ...places.keys()]).size;
    // Chains of which nothing is left.
    for (const chain of waiting) end(begin(chain));
    return { chains, records, findings: findings.slice(0, maxFindings), more: findings.length > maxFindings };
  } finally {
    await client.end();
  }
}

import { readAuditHeads } from '#server/db/audit-chain-store.ts';
import type { Db } from '#server/db/client.ts';
import { type AuditAnchor, anchorFile, appendAnchor, readAnchors } from '#server/platform/audit-anchors.ts';
import { sha256 } from '#server/platform/hash.ts';
import type { Log } from '#server/platform/log.ts';

const dayMs = 24 * 3_600_000;
/** How often it is looked whether a day is over; a machine that sleeps at night has its anchor in the morning. */
const lookMs = 15 * 60_000;

/** Writes the ends of all chains of the audit beside the database. Answers null where nothing was audited yet. */
export async function anchorAudit(db: Db, dataDir: string, reason: AuditAnchor['reason']): Promise<AuditAnchor | null> {
  const { at, heads } = await readAuditHeads(db);
  if (heads.length === 0) return null;
  const anchor = { at: at.toISOString(), reason, heads };
  await appendAnchor(anchorFile(dataDir), anchor);
  return anchor;
}

/**
 * Once a day each worker writes an anchor into its own data directory (security.md 52), and the anchor's fingerprint into its log,
 * which many keep on another machine. A failure is logged and tried again.
 */
export class AuditAnchors {
  readonly #db: Db;
  readonly #log: Log;
  readonly #dataDir: string;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<unknown> = Promise.resolve();

  constructor(given: { db: Db; log: Log; dataDir: string }) {
    this.#db = given.db;
    this.#log = given.log;
    this.#dataDir = given.dataDir;
  }

  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  #look(): void {
    this.#working = this.#working
      .then(() => this.anchorIfDue())
      .catch((error: unknown) => this.#log.error({ err: error }, 'the audit was not anchored'));
  }

  /** Writes an anchor when the last one is a day old, by the clock of the database. Answers whether it did. */
  async anchorIfDue(): Promise<boolean> {
    const { anchors } = await readAnchors(anchorFile(this.#dataDir));
    const last = anchors.at(-1);
    const { at } = await readAuditHeads(this.#db);
    if (last && at.getTime() - Date.parse(last.at) < dayMs) return false;
    const anchor = await anchorAudit(this.#db, this.#dataDir, 'daily');
    if (!anchor) return false;
    const fingerprint = Buffer.from(sha256(JSON.stringify(anchor))).toString('hex');
    this.#log.info({ chains: anchor.heads.length, fingerprint }, 'the audit was anchored');
    return true;
  }
}

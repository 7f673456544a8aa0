import type { Db } from '#server/db/client.ts';
import { noRefusals } from '#server/services/audit/record-refusal.ts';

/** One call of a procedure, as it was answered. */
export interface WatchedCall {
  name: string;
  type: 'query' | 'mutation';
  status: number;
  /** Error code of the problem. */
  code: string | undefined;
  signedIn: boolean;
  /** A token has no session that it could end. */
  viaToken: boolean;
}

/**
 * Looks what each call left in the audit (security.md 53): exactly one record of a change that was made, exactly one of a change or
 * a look that was refused, nothing of anything else. Calls come one after the other.
 */
export class AuditWatch {
  readonly #db: Db;
  #seen = 0n;
  /** Changes that were made at least once. */
  readonly done = new Set<string>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** What is wrong with what this call left, or null. */
  async findFault(call: WatchedCall): Promise<string | null> {
    const rows = await this.#db.audit.findMany({ where: { id: { gt: this.#seen } }, orderBy: { id: 'asc' } });
    this.#seen = rows.at(-1)?.id ?? this.#seen;
    const left = rows.map(({ action, outcome, code }) => [action, outcome, code].join(' ').trim());
    const expected = expectedOf(call);
    if (call.type === 'mutation' && call.status < 300) this.done.add(call.name);
    if (left.join() === expected.join()) return null;
    return `${call.name} answered ${call.status} and left [${left}] instead of [${expected}]`;
  }
}

function expectedOf({ name, type, status, code, signedIn, viaToken }: WatchedCall): string[] {
  if (status < 300) {
    if (type === 'query' || (name === 'auth.signOut' && viaToken)) return [];
    return [`${name} done`];
  }
  const keepsNothing =
    (noRefusals as readonly (string | undefined)[]).includes(code) ||
    (type === 'query' && code !== 'forbidden') ||
    (!signedIn && code === 'unauthenticated');
  return keepsNothing ? [] : [`${name} refused ${code}`];
}

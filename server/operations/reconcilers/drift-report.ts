import { AtollError } from '#server/contract/errors.ts';
import type { Db } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { getOperation } from '#server/db/operation-store.ts';
import type { Drift } from './find-drift.ts';

/** Long after the end of an operation nothing of it is under way any more (reliability.md F18). */
const patienceMs = 3_600_000;

/**
 * Tells of drift, once each: when it was seen at least twice and the operation that made it ended more than an hour ago.
 * It is never removed by itself; an admin looks at it.
 */
export class DriftReport {
  readonly #db: Db;
  readonly #sightings = new Map<string, 'seen' | 'told'>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** The whole drift of one list of the engine; what is not in it any more is forgotten. */
  async tell(host: { id: string; name: string }, drift: readonly Drift[]): Promise<void> {
    const keys = new Set(drift.map((one) => one.key));
    for (const key of this.#sightings.keys()) if (!keys.has(key)) this.#sightings.delete(key);
    for (const one of drift) {
      const before = this.#sightings.get(one.key);
      if (before === undefined) this.#sightings.set(one.key, 'seen');
      if (before !== 'seen' || !(await this.#isLongOver(one.operationId))) continue;
      await appendEvent(this.#db, {
        projectId: null,
        type: 'host.drift',
        target: { type: 'host', ...host },
        severity: one.kind === 'stale-instance' ? 'error' : 'warn',
        message: one.message,
        params: { kind: one.kind, id: one.id },
      });
      this.#sightings.set(one.key, 'told');
    }
  }

  async #isLongOver(operationId: string | null): Promise<boolean> {
    if (operationId === null) return true;
    try {
      const view = { scope: 'every-project', includeSystem: true } as const;
      const { endedAt } = await getOperation(this.#db, { ...view, id: operationId });
      return endedAt !== null && Date.now() - endedAt.getTime() > patienceMs;
    } catch (error) {
      // Operations are forgotten after three months: what made it is over.
      if (error instanceof AtollError && error.code === 'not_found') return true;
      throw error;
    }
  }
}

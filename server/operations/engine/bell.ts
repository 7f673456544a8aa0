import type { PgBoss } from 'pg-boss';
import type { Log } from '#server/platform/log.ts';

/**
 * Wakes the workers. A hint and nothing more: the operation's row is the truth, and workers find by a poll within 5 s what
 * they were not told.
 */
export interface Bell {
  /** Call it after the transaction that enqueued or cancelled has committed. Returns at once and never throws. */
  ring(): void;
}

/** The queue of rings. */
export const bellQueue = 'operation-bell';

/** For tools and tests without pg-boss: everything is found by the poll. */
export const silentBell: Bell = { ring: () => undefined };

/**
 * The bell over pg-boss, between processes. It is rung after the commit, in a transaction of its own: a NOTIFY inside
 * admissions would make them queue for one global lock at commit (reliability.md, outbox).
 */
export function pgBossBell(boss: Pick<PgBoss, 'send'>, log: Log): Bell {
  return {
    ring() {
      boss.send(bellQueue, {}).catch((error: unknown) => {
        log.warn({ err: error }, 'the bell could not be rung; workers will find the operation by themselves');
      });
    },
  };
}

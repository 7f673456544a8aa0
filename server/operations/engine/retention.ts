import type { Db } from '#server/db/client.ts';
import { deleteEndedOperations } from '#server/db/operation-journal-store.ts';
import type { Log } from '#server/platform/log.ts';
import type { TimedJob } from './alarm-clock.ts';

/** Long enough to look into what happened; events and audit are kept by rules of their own. */
const keepDays = 90;

/** Removes operations, with their steps and logs, three months after they ended. At night, by UTC. */
export const operationRetention = (db: Db, log: Log): TimedJob => ({
  name: 'operation-retention',
  cron: '17 3 * * *',
  async run() {
    const removed = await deleteEndedOperations(db, keepDays);
    log.info({ removed, keepDays }, 'old operations removed');
  },
});

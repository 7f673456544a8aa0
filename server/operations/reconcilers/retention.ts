import type { Db } from '#server/db/client.ts';
import { deleteOldConsoleSessions } from '#server/db/console-session-store.ts';
import { deleteOldEvents } from '#server/db/event-store.ts';
import { deleteOldHostKeyScans } from '#server/db/host-key-scan-store.ts';
import { deleteOldIdempotencyKeys } from '#server/db/idempotency-store.ts';
import { deleteOldNotifications } from '#server/db/notification-store.ts';
import { trimOutbox } from '#server/db/outbox-store.ts';
import { deleteIdleBuckets } from '#server/db/rate-bucket-store.ts';
import { deleteEndedSessions } from '#server/db/session-store.ts';
import type { Log } from '#server/platform/log.ts';
import type { TimedJob } from '../engine/alarm-clock.ts';

/** History of objects; the audit is kept for ever. */
const keepEventDays = 180;
/** Who had which console open; the audit keeps it, too. */
const keepConsoleDays = 180;
/** What people were told, read or not: by then it is history, and events have it. */
const keepNotificationDays = 90;
/** A browser or program that was away for longer reads its lists again. */
const keepChangesSeconds = 24 * 3600;

/** What is forgotten beside operations, and when. Each job is done by one worker, however many there are. */
export function retentionJobs(db: Db, log: Log): TimedJob[] {
  const job = (name: string, cron: string, forget: () => Promise<number>): TimedJob => ({
    name,
    cron,
    async run() {
      log.info({ job: name, removed: await forget() }, 'old rows removed');
    },
  });
  return [
    job('event-retention', '27 3 * * *', () => deleteOldEvents(db, keepEventDays)),
    job('notification-retention', '33 3 * * *', () => deleteOldNotifications(db, keepNotificationDays)),
    job('outbox-retention', '7 * * * *', () => trimOutbox(db, keepChangesSeconds)),
    job('idempotency-retention', '37 * * * *', () => deleteOldIdempotencyKeys(db)),
    job('host-key-scan-retention', '47 * * * *', () => deleteOldHostKeyScans(db)),
    job('rate-bucket-retention', '57 4 * * *', () => deleteIdleBuckets(db)),
    job('console-retention', '43 3 * * *', () => deleteOldConsoleSessions(db, keepConsoleDays)),
    job('session-retention', '17 4 * * *', () => deleteEndedSessions(db)),
  ];
}

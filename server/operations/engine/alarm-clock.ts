import { PgBoss } from 'pg-boss';
import { queueSchema as schema } from '#server/db/migrate.ts';
import type { Log } from '#server/platform/log.ts';
import { type Bell, bellQueue, pgBossBell } from './bell.ts';

/** Work at fixed times, done by one worker each time however many there are. */
export interface TimedJob {
  /** kebab-case; the name of its queue. */
  name: string;
  /** Five fields, in UTC. */
  cron: string;
  /** Throws to be repeated, three times in all. */
  run(signal: AbortSignal): Promise<void>;
}

/** A ring that nobody heard within a minute has been overtaken by the poll long ago. */
const bellOptions = { notify: true, retryLimit: 0, retentionSeconds: 60, deleteAfterSeconds: 60, expireInSeconds: 30 };

/** One worker at a time, and again after a minute when it failed. */
const jobOptions = { policy: 'exclusive', retryLimit: 2, retryDelay: 60, expireInSeconds: 3_600 } as const;

/** For processes that only enqueue. One connection. Until a first worker has started, rings fail and are logged. */
export async function openBell(url: string, log: Log): Promise<Bell & { close(): Promise<void> }> {
  const boss = openBoss(url, { migrate: false, supervise: false, schedule: false, max: 1 }, log);
  await boss.start();
  return { ...pgBossBell(boss, log), close: () => boss.stop({ graceful: false }) };
}

/** What wakes a worker: the bell, and timed jobs. */
export interface AlarmClock extends Bell {
  stop(): Promise<void>;
}

/** Listens for the bell and keeps the timed jobs, together with the other workers. pg-boss's tables come with `migrate`. */
export async function startAlarmClock(
  url: string,
  options: { onBell: () => void; jobs: readonly TimedJob[]; log: Log },
): Promise<AlarmClock> {
  const { log } = options;
  const boss = openBoss(url, { migrate: false, supervise: true, schedule: true, max: 3, useListenNotify: true }, log);
  await boss.start();
  await ensureQueue(boss, bellQueue, bellOptions);
  await boss.work(bellQueue, { batchSize: 10, pollingIntervalSeconds: 2 }, async () => options.onBell());
  for (const job of options.jobs) {
    await ensureQueue(boss, job.name, jobOptions);
    await boss.work(job.name, { pollingIntervalSeconds: 30 }, async ([given]) => {
      log.info({ job: job.name }, 'timed job begins');
      await job.run(given?.signal ?? new AbortController().signal);
    });
    await boss.schedule(job.name, job.cron, null, { tz: 'UTC' });
  }
  return { ...pgBossBell(boss, log), stop: () => boss.stop({ graceful: true, timeout: 10_000 }) };
}

async function ensureQueue(boss: PgBoss, name: string, options: Parameters<PgBoss['createQueue']>[1]): Promise<void> {
  if (!(await boss.getQueue(name))) await boss.createQueue(name, options);
}

function openBoss(url: string, options: Partial<ConstructorParameters<typeof PgBoss>[0] & object>, log: Log): PgBoss {
  // Rebuilding indexes is the owner's right, which neither web nor worker has.
  const boss = new PgBoss({
    connectionString: url,
    schema,
    application_name: 'atoll-bell',
    reindex: false,
    ...options,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'pg-boss'));
  boss.on('warning', (warning) => log.warn({ warning }, 'pg-boss'));
  return boss;
}

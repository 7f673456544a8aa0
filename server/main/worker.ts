import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDb } from '#server/db/client.ts';
import { startAlarmClock } from '#server/operations/engine/alarm-clock.ts';
import { createEngine } from '#server/operations/engine/engine.ts';
import { operationRetention } from '#server/operations/engine/retention.ts';
import { unclaimedAlarm } from '#server/operations/engine/unclaimed-alarm.ts';
import { WorkerLoop } from '#server/operations/engine/worker-loop.ts';
import { registerWorkflows } from '#server/operations/engine/workflow-registry.ts';
import { AuditAnchors } from '#server/operations/reconcilers/audit-anchors.ts';
import { quotaGrantJob } from '#server/operations/reconcilers/quota-grants.ts';
import { Reconcilers } from '#server/operations/reconcilers/reconcilers.ts';
import { retentionJobs } from '#server/operations/reconcilers/retention.ts';
import { uploadSweep } from '#server/operations/reconcilers/sweep-uploads.ts';
import { allWorkflows } from '#server/operations/workflows/all-workflows.ts';
import { readWorkerEnv } from '#server/platform/env.ts';
import { createLog } from '#server/platform/log.ts';
import { sealingKeysOf } from '#server/platform/sealing.ts';
import { Secret } from '#server/platform/secret.ts';
import { openConsoleDoor } from './console-door.ts';
import { OutboxPublisher } from './outbox-publisher.ts';
import { untilAccepted } from './until-accepted.ts';
import { makeWorkerParts } from './worker-parts.ts';

/**
 * The worker process: runs operations, watches hosts, carries consoles, forgets what is old. Only webs connect to it, with tickets; SIGTERM hands its
 * operations over and ends it, and so it survives kill -9.
 */
const env = readWorkerEnv(process.env);
const log = createLog({ process: 'worker', level: env.ATOLL_LOG_LEVEL });
const databaseUrl = env.ATOLL_WORKER_DATABASE_URL.reveal();
const onConnectionLost = (error: Error) => log.warn({ err: error }, 'a connection to PostgreSQL was lost');
const db = createDb(databaseUrl, { max: env.ATOLL_DATABASE_POOL, applicationName: 'atoll-worker', onConnectionLost });
const { links, access, tools } = makeWorkerParts({
  db,
  log,
  dataDir: env.ATOLL_DATA_DIR,
  sealingKey: sealingKeysOf(env.ATOLL_SEALING_KEY).private,
  sshKey: new Secret(await readFile(join(env.ATOLL_DATA_DIR, 'secrets/ssh-key'), 'utf8')),
  downloadNetworks: env.ATOLL_DOWNLOAD_NETWORKS,
});

const workflows = registerWorkflows(allWorkflows);
const loop = new WorkerLoop(createEngine({ db, log, tools, workflows }));
const reconcilers = new Reconcilers({ db, log, links, access });
const anchors = new AuditAnchors({ db, log, dataDir: env.ATOLL_DATA_DIR });
const publisher = new OutboxPublisher({ db, log });
const jobs = [
  operationRetention(db, log),
  ...retentionJobs(db, log),
  quotaGrantJob(db, log),
  unclaimedAlarm({ db, log, workflows: workflows.names }),
  uploadSweep({ db, log, dataDir: env.ATOLL_DATA_DIR }),
];
const alarm = await startAlarmClock(databaseUrl, { onBell: () => loop.wake(), jobs, log });
publisher.start();
reconcilers.start();
anchors.start();
const consoles = await openConsoleDoor({
  db,
  log,
  dataDir: env.ATOLL_DATA_DIR,
  listen: env.ATOLL_CONSOLE_LISTEN ?? null,
  driver: (hostId, engine) => links.driver(hostId, engine),
});
log.info('the worker is ready');
const stopped = new AbortController();
const waiting = untilAccepted(db, log, stopped.signal).then((accepted) => {
  if (accepted) loop.start();
});

async function stop(): Promise<void> {
  log.info('the worker stops');
  stopped.abort();
  await waiting;
  await loop.stop({ graceMs: 10_000 });
  await consoles.close();
  await reconcilers.stop();
  await anchors.stop();
  await links.close();
  await alarm.stop();
  await publisher.stop();
  await db.$disconnect();
}

let stopping = false;
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the worker could not end in order');
        process.exit(1);
      },
    );
  });
}

import { createDb } from '#server/db/client.ts';
import { startAlarmClock } from '#server/operations/engine/alarm-clock.ts';
import { createEngine } from '#server/operations/engine/engine.ts';
import { WorkerLoop } from '#server/operations/engine/worker-loop.ts';
import { registerWorkflows } from '#server/operations/engine/workflow-registry.ts';
import { createLog } from '#server/platform/log.ts';
import { Shelf, shelfCreate, shelfDelete } from './crash-world.ts';

/**
 * A worker as a process of its own, to be killed: `node crash-worker.ts SHELF-DIRECTORY`, with DATABASE_URL, and with
 * ATOLL_CRASH_AT to have it kill itself. Writes `ready` when it works; SIGTERM stops it in order.
 */
const url = process.env.DATABASE_URL;
const directory = process.argv[2];
if (!url || !directory) throw new Error('usage: DATABASE_URL=… node crash-worker.ts SHELF-DIRECTORY');

const log = createLog({ process: 'crash-worker', level: process.env.LOG_LEVEL === 'debug' ? 'debug' : 'warn' });
const db = createDb(url, { max: 5 });
const engine = createEngine({
  db,
  log,
  workflows: registerWorkflows([shelfCreate, shelfDelete]),
  tools: { shelf: await new Shelf(directory).open() },
  // Short, so that a test does not wait half a minute for the lease of the dead.
  settings: { leaseMs: 2_000, marginMs: 500, renewEveryMs: 500, pollMs: 300, backoffMs: () => 50 },
});
const loop = new WorkerLoop(engine, 'crash-worker');
const clock = await startAlarmClock(url, { onBell: () => loop.wake(), jobs: [], log });
loop.start();
process.stdout.write('ready\n');

process.once('SIGTERM', () => {
  void stop();
});

async function stop(): Promise<void> {
  await clock.stop();
  await loop.stop({ graceMs: 1_000 });
  await db.$disconnect();
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDone } from '#server/contract/operation-state.ts';
import { ensureRoles } from '#server/db/roles.ts';
import { sleep } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { secret } from '#server/platform/secret.ts';
import { readOperation } from '#server/testing/drive-operation.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';
import { type AlarmClock, openBell, startAlarmClock } from './alarm-clock.ts';
import { operationRetention } from './retention.ts';
import { WorkerLoop } from './worker-loop.ts';

const log = createLog({ process: 'test', level: 'silent' });

let bed: Testbed;
let clock: AlarmClock | undefined;
beforeEach(async () => {
  bed = await createTestbed();
});
afterEach(async () => {
  await clock?.stop();
  clock = undefined;
  await bed.dispose();
});

describe('the bell', () => {
  it('wakes a worker of another process long before its poll', async () => {
    const loop = new WorkerLoop(bed.engine({ settings: { pollMs: 3_600_000 } }));
    clock = await startAlarmClock(bed.url, { onBell: () => loop.wake(), jobs: [], log });
    loop.start();
    await sleep(300);
    const bell = await openBell(bed.url, log);
    const { id } = await bed.create();
    bell.ring();
    for (let look = 0; look < 500 && !isDone((await readOperation(bed.db, id)).state); look++) await sleep(20);
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'succeeded' });
    await bell.close();
    await loop.stop();
  });

  it('rung when nobody listens is no failure', async () => {
    const bell = await openBell(bed.url, log);
    bell.ring();
    await bell.close();
    bell.ring();
  });

  it('is rung by the role of web and heard by that of the worker, who keeps timed jobs', async () => {
    const { webUrl, workerUrl } = await ensureRoles(bed.url, { web: secret('web'), worker: secret('worker') });
    const heard = Promise.withResolvers<string>();
    const job = { name: 'test-job', cron: '0 0 1 1 *', run: async () => undefined };
    clock = await startAlarmClock(workerUrl, { onBell: () => heard.resolve('heard'), jobs: [job], log });
    const bell = await openBell(webUrl, log);
    bell.ring();
    expect(await heard.promise).toBe('heard');
    await bell.close();
  });
});

describe('timed jobs', () => {
  it('are kept by name, with their times', async () => {
    const job = { name: 'test-job', cron: '*/5 * * * *', run: async () => undefined };
    clock = await startAlarmClock(bed.url, { onBell: () => undefined, jobs: [job], log });
    await clock.stop();
    // A second worker keeps the same one.
    clock = await startAlarmClock(bed.url, { onBell: () => undefined, jobs: [job], log });
    expect(await bed.db.$queryRaw`SELECT name, cron, timezone FROM pgboss.schedule`).toEqual([
      { name: 'test-job', cron: '*/5 * * * *', timezone: 'UTC' },
    ]);
  });

  it('remove operations that ended long ago, with their steps and logs, and nothing else', async () => {
    const [old, recent, open] = [await bed.create(), await bed.create(), await bed.create()];
    const end = (id: string, days: number) =>
      bed.db
        .$executeRaw`UPDATE operation SET state = 'failed', ended_at = now() - ${days} * interval '1 day' WHERE id = ${id}::uuid`;
    await end(old.id, 91);
    await end(recent.id, 89);
    await bed.db.operationLog.create({ data: { operationId: old.id, level: 'info', message: 'x' } });
    await bed.db.operationStep.create({ data: { operationId: old.id, seq: 0, name: 'x', state: 'done' } });
    await operationRetention(bed.db, log).run(new AbortController().signal);
    const left = await bed.db.operation.findMany({ select: { id: true } });
    expect(left.map(({ id }) => id).sort()).toEqual([recent.id, open.id].sort());
    expect(await bed.db.operationLog.count()).toBe(0);
  });
});

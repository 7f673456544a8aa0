import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDone } from '#server/contract/operation-state.ts';
import { findViolations } from '#server/db/invariants.ts';
import { sleep } from '#server/platform/clock.ts';
import { thingsOf } from '#server/testing/crash-world.ts';
import { readOperation } from '#server/testing/drive-operation.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';

/** Real processes, really killed: what the matrix proves in one process holds for kill -9 and SIGSTOP, too. */
let bed: Testbed;
const workers: ChildProcess[] = [];
beforeEach(async () => {
  bed = await createTestbed();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await end(worker);
  await bed.dispose();
});

async function startWorker(crashAt?: string): Promise<ChildProcess> {
  const worker = spawn(process.execPath, ['server/testing/crash-worker.ts', bed.directory], {
    env: { ...process.env, DATABASE_URL: bed.url, ...(crashAt ? { ATOLL_CRASH_AT: crashAt } : {}) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  if (worker.stdout) await once(worker.stdout, 'data');
  return worker;
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

async function over(id: string) {
  for (let look = 0; look < 1_000 && !isDone((await readOperation(bed.db, id)).state); look++) await sleep(30);
  return readOperation(bed.db, id);
}

describe('a worker process', () => {
  it.each(['before-call', 'after-call', 'after-log'])('killed %s of a step: another one goes on', async (point) => {
    const { id, targetId } = await bed.create();
    const worker = await startWorker(`instance.create.make-definition.${point}`);
    if (worker.signalCode === null) await once(worker, 'exit');
    expect(worker.signalCode).toBe('SIGKILL');
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'running', fence: 1 });

    await startWorker();
    const operation = await over(id);
    expect(operation.state).toBe('succeeded');
    expect(operation.fence).toBeGreaterThan(1);
    expect(operation.steps.map((step) => step.attempts)).toEqual([1, 1, 1]);
    expect(await bed.shelf.list()).toEqual(thingsOf(targetId));
    expect(await findViolations(bed.db)).toEqual([]);
  });

  it('that is stopped past its leases and comes back calls no host any more', async () => {
    const created = await Promise.all(Array.from({ length: 60 }, () => bed.create()));
    const zombie = await startWorker();
    await sleep(250);
    zombie.kill('SIGSTOP');
    await startWorker();
    const ended = await Promise.all(created.map(({ id }) => over(id)));
    zombie.kill('SIGCONT');
    await sleep(1_500);

    expect(ended.map(({ state }) => state)).toEqual(created.map(() => 'succeeded'));
    const calls = await bed.shelf.calls();
    const late = calls.filter((call, at) =>
      calls.slice(0, at).some((earlier) => earlier.name === call.name && earlier.fence > call.fence),
    );
    expect(late).toEqual([]);
    expect(await bed.shelf.list()).toEqual(created.flatMap(({ targetId }) => thingsOf(targetId)).sort());
    expect(await findViolations(bed.db)).toEqual([]);
  });

  it('stops in order at SIGTERM and leaves nothing leased', async () => {
    const { id } = await bed.create();
    const worker = await startWorker();
    await over(id);
    worker.kill('SIGTERM');
    await once(worker, 'exit');
    expect(worker.exitCode).toBe(0);
    expect(await bed.db.operation.count({ where: { owner: { not: null } } })).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDone } from '#server/contract/operation-state.ts';
import { inTx } from '#server/db/client.ts';
import { findViolations } from '#server/db/invariants.ts';
import { sleep } from '#server/platform/clock.ts';
import { newId } from '#server/platform/id.ts';
import { type ShelfTools, shelfCreate, thingsOf } from '#server/testing/crash-world.ts';
import { readOperation } from '#server/testing/drive-operation.ts';
import { makeProject } from '#server/testing/factories.ts';
import { createTestbed, type EngineOptions, type Testbed } from '#server/testing/shelf-testbed.ts';
import { withStep } from '#server/testing/workflow-harness-faults.ts';
import { cancelOperation } from './cancel-operation.ts';
import { WorkerLoop } from './worker-loop.ts';
import type { StepContext } from './workflow.ts';

let bed: Testbed;
const loops: WorkerLoop<ShelfTools>[] = [];
beforeEach(async () => {
  bed = await createTestbed();
});
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop({ graceMs: 0 })));
  await bed.dispose();
});

function startLoop(options: EngineOptions = {}): WorkerLoop<ShelfTools> {
  const loop = new WorkerLoop(bed.engine({ ...options, settings: { pollMs: 100, ...options.settings } }));
  loops.push(loop);
  loop.start();
  return loop;
}

/** Looks until it is so, or for a minute. */
async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + 50_000;
  for (;;) {
    const seen = await look();
    if (isSo(seen) || performance.now() > deadline) return seen;
    await sleep(20);
  }
}

const over = (id: string) =>
  until(
    () => readOperation(bed.db, id),
    (operation) => isDone(operation.state),
  );
const openCount = () => bed.db.operation.count({ where: { endedAt: null } });

/** A workflow whose middle step does as told. */
const withMiddle = (run: (context: StepContext<unknown, ShelfTools>) => Promise<undefined>) => [
  withStep(shelfCreate, 'make-definition', () => ({ run })),
];

describe('WorkerLoop', () => {
  it('finds by its poll what no bell told, and on the bell what the poll would find late', async () => {
    const polled = await bed.create();
    startLoop();
    expect(await over(polled.id)).toMatchObject({ state: 'succeeded' });
    await loops.pop()?.stop({ graceMs: 0 });

    const loop = startLoop({ settings: { pollMs: 3_600_000 } });
    await sleep(200);
    const rung = await bed.create();
    loop.wake();
    expect(await over(rung.id)).toMatchObject({ state: 'succeeded' });
  });

  it('keeps a step that lasts longer than its lease', async () => {
    const { id } = await bed.create();
    const workflows = withMiddle(async () => {
      await sleep(2_500);
      return undefined;
    });
    const settings = { leaseMs: 800, marginMs: 200, renewEveryMs: 200 };
    startLoop({ workflows, settings });
    startLoop({ workflows, settings });
    expect(await over(id)).toMatchObject({ state: 'succeeded', fence: 1 });
  });

  it('fences off a runner that slept past its lease and believes to hold it still', async () => {
    const { id, targetId } = await bed.create();
    const ends: string[] = [];
    const workflows = withMiddle(async (context) => {
      const { fence } = context.operation;
      // The first sleeps until the second is through.
      if (fence === 1) await over(id);
      await context
        .commit((tx) => tx.setting.create({ data: { key: `step-${fence}`, value: fence } }))
        .then(
          () => ends.push(`${fence} wrote`),
          (error: Error) => ends.push(`${fence} ${error.name}`),
        );
      return undefined;
    });
    // It never renews, and its own clock (a margin of minus an hour) tells it nothing.
    const zombie = { leaseMs: 500, marginMs: -3_600_000, renewEveryMs: 3_600_000, pollMs: 3_600_000 };
    const first = startLoop({ workflows, settings: zombie });
    await until(
      () => readOperation(bed.db, id),
      (operation) => operation.steps[1]?.state === 'running',
    );
    startLoop({ workflows });

    const operation = await over(id);
    expect(operation).toMatchObject({ state: 'succeeded', fence: 2 });
    await until(
      () => Promise.resolve(first.running),
      (running) => running === 0,
    );
    expect(ends).toEqual(['2 wrote', '1 FencedOff']);
    expect(await readOperation(bed.db, id)).toEqual(operation);
    expect(await bed.db.event.count({ where: { targetId, type: 'shelf.filled' } })).toBe(1);
  });

  it('stops calling its host before the lease is over when it cannot renew', async () => {
    const { id } = await bed.create();
    const aborted: boolean[] = [];
    const workflows = withMiddle(async (context) => {
      if (context.operation.fence > 1) return undefined;
      await sleep(20_000, context.signal).catch(() => undefined);
      const row = await readOperation(bed.db, id);
      aborted.push(context.signal.aborted, (row.leaseUntil?.getTime() ?? 0) > Date.now(), row.fence === 1);
      return undefined;
    });
    startLoop({ workflows, settings: { leaseMs: 3_000, marginMs: 2_000, renewEveryMs: 3_600_000, pollMs: 3_600_000 } });
    await until(
      () => readOperation(bed.db, id),
      (operation) => operation.steps[1]?.state === 'running',
    );
    startLoop({ workflows });
    expect(await over(id)).toMatchObject({ state: 'succeeded', fence: 2 });
    expect(aborted).toEqual([true, true, true]);
  });

  it('hands over what it runs when it stops, at once and without counting it', async () => {
    const { id } = await bed.create();
    const workflows = withMiddle(async (context) => {
      if (context.operation.fence === 1) await sleep(60_000, context.signal);
      return undefined;
    });
    const first = startLoop({ workflows });
    await until(
      () => readOperation(bed.db, id),
      (operation) => operation.steps[1]?.state === 'running',
    );
    await first.stop({ graceMs: 50 });
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'running', owner: null, leaseUntil: null });
    startLoop({ workflows });
    const operation = await over(id);
    expect(operation).toMatchObject({ state: 'succeeded', fence: 2 });
    expect(operation.steps[1]?.attempts).toBe(1);
  });

  it('finishes what it runs when it stops and there is time', async () => {
    const { id } = await bed.create();
    const loop = startLoop({
      workflows: withMiddle(async () => {
        await sleep(300);
        return undefined;
      }),
    });
    await until(
      () => Promise.resolve(loop.running),
      (running) => running === 1,
    );
    await loop.stop({ graceMs: 30_000 });
    expect(await readOperation(bed.db, id)).toMatchObject({ state: 'succeeded' });
  });

  it('cancels what runs: the step is told, and what was done is undone', async () => {
    const { id, targetId } = await bed.create();
    const workflows = withMiddle(async (context) => {
      await sleep(60_000, context.signal);
      return undefined;
    });
    startLoop({ workflows });
    await until(
      () => readOperation(bed.db, id),
      (operation) => operation.steps[1]?.state === 'running',
    );
    await inTx(bed.db, (tx) => cancelOperation(tx, id));
    const operation = await over(id);
    expect(operation).toMatchObject({ state: 'cancelled', error: { code: 'cancelled', detail: 'It was cancelled.' } });
    expect(operation.steps.map((step) => step.state)).toEqual(['undone', 'undone', 'pending']);
    expect((await bed.shelf.list()).filter((thing) => thing.includes(targetId))).toEqual([]);
  });

  it('outlives connections that PostgreSQL cuts all the time', async () => {
    const created = await Promise.all(Array.from({ length: 30 }, () => bed.create()));
    startLoop({ settings: { concurrency: 6 } });
    startLoop({ settings: { concurrency: 6 } });
    for (let cut = 0; cut < 12 && (await openCount().catch(() => 1)) > 0; cut++) {
      await sleep(150);
      await bed.db.$queryRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`.catch(() => undefined);
    }
    expect(await until(openCount, (open) => open === 0)).toBe(0);
    const ended = await bed.db.operation.findMany();
    expect(ended.map((operation) => operation.state)).toEqual(created.map(() => 'succeeded'));
    expect(await bed.shelf.list()).toEqual(created.flatMap((operation) => thingsOf(operation.targetId)).sort());
    expect(await bed.db.event.count({ where: { type: 'shelf.filled' } })).toBe(created.length);
    expect(await findViolations(bed.db)).toEqual([]);
  });

  it('shares 200 operations among three workers: each step is run once, no host has more than its slots', async () => {
    const hosts = [newId(), newId(), newId()];
    const projects = [(await makeProject(bed.db)).id, (await makeProject(bed.db)).id];
    const now = new Map<string, number>();
    let most = 0;
    const tools = {
      onStep: async (_step: string, context: StepContext<unknown, unknown>) => {
        const host = context.operation.hostId ?? '';
        now.set(host, (now.get(host) ?? 0) + 1);
        most = Math.max(most, now.get(host) ?? 0);
        await sleep(1);
        now.set(host, (now.get(host) ?? 0) - 1);
      },
    };
    const created = [];
    for (let at = 0; at < 200; at++)
      created.push(await bed.create({ hostId: hosts[at % 3], projectId: projects[at % 2] }));
    for (let at = 0; at < 3; at++) startLoop({ tools });
    expect(await until(openCount, (open) => open === 0)).toBe(0);

    const ended = await bed.db.operation.findMany({ include: { steps: true } });
    expect(ended.every((operation) => operation.state === 'succeeded' && operation.fence === 1n)).toBe(true);
    expect(new Set(ended.flatMap((operation) => operation.steps.map((step) => step.attempts)))).toEqual(new Set([1]));
    expect(await bed.shelf.calls()).toHaveLength(600);
    expect(await bed.shelf.list()).toHaveLength(600);
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
    expect(await findViolations(bed.db)).toEqual([]);
  });
});

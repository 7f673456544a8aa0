import { afterEach, beforeEach, expect, it } from 'vitest';
import type { QueueOrder } from '#server/contract/queue.ts';
import { makeOperation, makeProject } from '#server/testing/factories.ts';
import { createTestbed, type Testbed } from '#server/testing/shelf-testbed.ts';
import { claimOperation } from './operation-lease-store.ts';
import { readQueueOrder, recentQueueOrder } from './queue-order-store.ts';
import { putSetting } from './setting-store.ts';

let bed: Testbed;
beforeEach(async () => {
  bed = await createTestbed();
});
afterEach(() => bed.dispose());

const workflows = ['instance.start 1', 'instance.create 1', 'image.import 1'];
const next = (order: QueueOrder) =>
  claimOperation(bed.db, { owner: 'me', leaseMs: 600_000, perHost: 1_000, workflows, order });
/** Due since so many seconds, in this class. */
const waiting = async (fields: {
  projectId: string;
  kind?: 'instance.start' | 'instance.create' | 'image.import';
  priority?: number;
  dueSeconds?: number;
}) => {
  const { dueSeconds = 10, ...given } = fields;
  const runAfter = new Date(Date.now() - dueSeconds * 1000);
  return (await makeOperation(bed.db, { ...given, runAfter })).id;
};
const finish = (id: string, seconds = 1) =>
  bed.db.$executeRaw`
    UPDATE operation SET state = 'succeeded', owner = NULL, lease_until = NULL, ended_at = now(),
      started_at = now() - ${seconds} * interval '1 second'
    WHERE id = ${id}::uuid`;
const claimedInOrder = async (order: QueueOrder, count: number): Promise<(string | undefined)[]> => {
  const ids: (string | undefined)[] = [];
  for (let at = 0; at < count; at += 1) ids.push((await next(order))?.id);
  return ids;
};

it('takes classes first, whatever the order, and lifts what waits by one class a minute', async () => {
  const { id: projectId } = await makeProject(bed.db);
  const background = await waiting({ projectId, priority: 200, dueSeconds: 40 });
  const normal = await waiting({ projectId, priority: 100, dueSeconds: 20 });
  const interactive = await waiting({ projectId, priority: 50, dueSeconds: 5 });
  const aged = await waiting({ projectId, priority: 200, dueSeconds: 150 });
  expect(await claimedInOrder('fcfs', 4)).toEqual([aged, interactive, normal, background]);
});

it('serves who came first', async () => {
  const [mine, yours] = [(await makeProject(bed.db)).id, (await makeProject(bed.db)).id];
  const first = await waiting({ projectId: mine, dueSeconds: 30 });
  const second = await waiting({ projectId: mine, dueSeconds: 20 });
  const third = await waiting({ projectId: yours, dueSeconds: 10 });
  expect(await claimedInOrder('fcfs', 3)).toEqual([first, second, third]);
});

it('takes first what is quickly done, by what its kind took of late', async () => {
  const { id: projectId } = await makeProject(bed.db);
  for (const [kind, seconds] of [
    ['instance.create', 20],
    ['image.import', 300],
    ['instance.start', 2],
  ] as const)
    await finish(await waiting({ projectId, kind }), seconds);
  const slow = await waiting({ projectId, kind: 'image.import', dueSeconds: 30 });
  const medium = await waiting({ projectId, kind: 'instance.create', dueSeconds: 20 });
  const quick = await waiting({ projectId, kind: 'instance.start', dueSeconds: 10 });
  expect(await claimedInOrder('shortest-job', 3)).toEqual([quick, medium, slow]);
});

it('shares fairly between twenty projects of which one floods (Jain ≥ 0.95)', async () => {
  const projects: string[] = [];
  for (let at = 0; at < 20; at += 1) projects.push((await makeProject(bed.db)).id);
  const flooding = projects[0]!;
  for (let at = 0; at < 60; at += 1) await waiting({ projectId: flooding, dueSeconds: 50 });
  for (const projectId of projects.slice(1))
    for (let at = 0; at < 3; at += 1) await waiting({ projectId, dueSeconds: 10 });
  const served = new Map(projects.map((id) => [id, 0]));
  for (let at = 0; at < 60; at += 1) {
    const row = await next('fair-share');
    served.set(row?.projectId ?? '', (served.get(row?.projectId ?? '') ?? 0) + 1);
    await finish(row?.id ?? '');
  }
  const counts = [...served.values()];
  const jain = counts.reduce((sum, x) => sum + x, 0) ** 2 / (counts.length * counts.reduce((sum, x) => sum + x * x, 0));
  expect(jain).toBeGreaterThanOrEqual(0.95);
  expect(await next('fair-share')).toMatchObject({ projectId: flooding });
});

it('is set for all workers, and fair-share while nobody has set it', async () => {
  expect(await recentQueueOrder(bed.db)).toBe('fair-share');
  await putSetting(bed.db, 'queueOrder', { order: 'fcfs' });
  expect(await readQueueOrder(bed.db)).toBe('fcfs');
});

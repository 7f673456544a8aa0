import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UsageGranularity } from '#server/contract/usage.ts';
import { newId } from '#server/platform/id.ts';
import { makeHost, makeInstance, makeProject, makeVolume } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createDb, type Db, inTx } from './client.ts';
import { deleteInstance, observeInstance, updateInstance } from './instance-change-store.ts';
import { sumUsageByObject, sumUsageByProject, sumUsageByTime, type UsageSums } from './usage-store.ts';
import { deleteVolume, updateVolume } from './volume-store.ts';

let database: TestDatabase;
let db: Db;
let hostId: string;
let projectId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 6 });
  ({ id: hostId } = await makeHost(db));
});
beforeEach(async () => {
  ({ id: projectId } = await makeProject(db, { quota: { vcpus: 1_000, memoryMiB: 1_000_000, diskGiB: 10_000 } }));
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const spansOf = (objectId: string) => db.usageSpan.findMany({ where: { objectId }, orderBy: { id: 'asc' } });
const total = (rows: UsageSums[]): UsageSums =>
  rows.reduce(
    (a, b) => ({
      vcpuMs: a.vcpuMs + b.vcpuMs,
      memoryMiBMs: a.memoryMiBMs + b.memoryMiBMs,
      diskGiBMs: a.diskGiBMs + b.diskGiBMs,
      cost: a.cost + b.cost,
    }),
    { vcpuMs: 0n, memoryMiBMs: 0n, diskGiBMs: 0n, cost: 0n },
  );
const sumsOf = ({ vcpuMs, memoryMiBMs, diskGiBMs, cost }: UsageSums): UsageSums => ({
  vcpuMs,
  memoryMiBMs,
  diskGiBMs,
  cost,
});

describe('spans', () => {
  it('follow an instance through its life, and stay when it is gone', async () => {
    const instance = await makeInstance(db, { projectId, hostId, vcpus: 2, memoryMiB: 1_024, name: 'web' });
    const ref = { projectId, id: instance.id };
    const seen = { observedReason: null, addresses: [], ports: [] };
    const observe = (observedState: 'running' | 'stopped' | 'paused' | 'missing') =>
      inTx(db, (tx) => observeInstance(tx, ref, { ...seen, observedState }));
    await observe('paused');
    await observe('stopped');
    await db.instance.update({ where: { id: ref.id }, data: { vcpus: 4, memoryMiB: 2_048 } });
    await observe('running');
    const { id: elsewhere } = await makeProject(db);
    await db.instance.update({ where: { id: ref.id }, data: { projectId: elsewhere } });
    await inTx(db, (tx) => deleteInstance(tx, { projectId: elsewhere, id: ref.id }));
    const spans = await spansOf(ref.id);
    expect(
      spans.map((span) => [span.projectId === projectId ? 'here' : 'there', span.vcpus, span.memoryMiB, span.running]),
    ).toEqual([
      // Created and first seen in one transaction: it did not run before it was seen.
      ['here', 2, 1_024, false],
      ['here', 2, 1_024, true],
      ['here', 2, 1_024, false],
      ['here', 4, 2_048, false],
      ['here', 4, 2_048, true],
      ['there', 4, 2_048, true],
    ]);
    // Each begins where the one before ends, and the last is over.
    for (const [index, span] of spans.entries())
      expect(span.endedAt).toEqual(spans[index + 1]?.startedAt ?? span.endedAt);
    expect(spans.at(-1)?.endedAt).not.toBeNull();
  });

  it('are not written by what changes neither size nor state nor project', async () => {
    const { id } = await makeInstance(db, { projectId, hostId, name: 'before' });
    const ref = { projectId, id };
    const before = await spansOf(id);
    await inTx(db, (tx) => updateInstance(tx, ref, { desiredState: 'stopped' }));
    await inTx(db, (tx) => updateInstance(tx, ref, { observedState: 'running', observedReason: 'booted' }));
    await inTx(db, (tx) => updateInstance(tx, ref, { lifecycle: 'ready', spec: { a: 1 }, generation: 2 }));
    await db.instance.update({ where: { id }, data: { version: { increment: 1 }, observedAt: new Date() } });
    expect(await spansOf(id)).toEqual(before);
    await inTx(db, (tx) => updateInstance(tx, ref, { name: 'after' }));
    expect((await spansOf(id)).map(({ objectName }) => objectName)).toEqual(['before', 'after']);
    expect(await spansOf(id)).toHaveLength(before.length);
  });

  it('follow a volume; one that could not be made holds no disk', async () => {
    const { id } = await makeVolume(db, { projectId, hostId, sizeGiB: 5 });
    await db.volume.update({ where: { id }, data: { sizeGiB: 8 } });
    await inTx(db, (tx) => updateVolume(tx, { projectId, id }, { state: 'failed' }));
    await inTx(db, (tx) => updateVolume(tx, { projectId, id }, { state: 'creating' }));
    await inTx(db, (tx) => updateVolume(tx, { projectId, id }, { readOnly: true }));
    await inTx(db, (tx) => deleteVolume(tx, { projectId, id }));
    const spans = await spansOf(id);
    expect(spans.map(({ diskGiB }) => diskGiB)).toEqual([5, 8, 0, 8]);
    expect(spans.every(({ endedAt }) => endedAt !== null)).toBe(true);
  });

  it('never overlap, though transactions do', async () => {
    const { id } = await makeInstance(db, { projectId, hostId });
    const early = new Client({ connectionString: database.url });
    await early.connect();
    await early.query('BEGIN');
    // now() of this transaction is older than the change that comes first.
    await early.query('SELECT now()');
    await db.instance.update({ where: { id }, data: { observedState: 'stopped' } });
    await early.query(`UPDATE instance SET observed_state = 'running' WHERE id = $1`, [id]);
    await early.query('COMMIT');
    await early.end();
    const spans = await spansOf(id);
    expect(spans.map(({ running }) => running)).toEqual([false, true, false, true]);
    for (const [index, span] of spans.slice(0, -1).entries()) {
      expect(span.endedAt).toEqual(spans[index + 1]?.startedAt);
      expect((span.endedAt ?? span.startedAt).getTime()).toBeGreaterThanOrEqual(span.startedAt.getTime());
    }
  });

  it('cannot be written by hand: their functions are for triggers alone', async () => {
    const rows = await db.$queryRaw<{ name: string; open: boolean }[]>`
      SELECT proname AS name, has_function_privilege('public', oid, 'EXECUTE') AS open FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND prosecdef`;
    expect(rows.length).toBeGreaterThanOrEqual(5);
    expect(rows.filter(({ open }) => open)).toEqual([]);
  });
});

interface Drawn {
  start: number;
  length: number;
  vcpus: number;
  memoryMiB: number;
  diskGiB: number;
  running: boolean;
  object: number;
}

/** Two months with a change of clocks in most of the world in between. */
const begin = Date.UTC(2026, 2, 1);
const end = Date.UTC(2026, 4, 1);
const at = fc.integer({ min: begin - 40 * 86_400_000, max: end + 40 * 86_400_000 });
const drawn: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    start: at,
    length: fc.integer({ min: 0, max: 100 * 86_400_000 }),
    vcpus: fc.integer({ min: 0, max: 256 }),
    memoryMiB: fc.integer({ min: 0, max: 4_194_304 }),
    diskGiB: fc.integer({ min: 0, max: 65_536 }),
    running: fc.boolean(),
    object: fc.integer({ min: 0, max: 4 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const prices = fc.array(
  fc.record({ since: at, vcpu: fc.nat(10 ** 12), memory: fc.nat(10 ** 12), disk: fc.nat(10 ** 12) }),
  {
    maxLength: 4,
  },
);

async function put(spans: readonly Drawn[], list: { since: number; vcpu: number; memory: number; disk: number }[]) {
  const objects = Array.from({ length: 5 }, () => newId());
  await db.price.deleteMany();
  await db.price.createMany({
    skipDuplicates: true,
    data: list.map(({ since, vcpu, memory, disk }) => ({
      effectiveFrom: new Date(since),
      currency: 'EUR',
      vcpuHourMicros: BigInt(vcpu),
      memoryGiBHourMicros: BigInt(memory),
      diskGiBHourMicros: BigInt(disk),
    })),
  });
  const { id } = await makeProject(db);
  await db.usageSpan.createMany({
    data: spans.map(({ start, length, object, ...size }) => ({
      projectId: id,
      objectType: 'instance',
      objectId: objects[object] ?? '',
      objectName: `i${object}`,
      kind: 'vm',
      startedAt: new Date(start),
      endedAt: new Date(start + length),
      ...size,
    })),
  });
  return id;
}

/** The same by hand, for one span at a time. */
function expected(spans: readonly Drawn[], from: number, to: number): Omit<UsageSums, 'cost'> {
  let [vcpuMs, memoryMiBMs, diskGiBMs] = [0n, 0n, 0n];
  for (const { start, length, vcpus, memoryMiB, diskGiB, running } of spans) {
    const ms = BigInt(Math.max(0, Math.min(start + length, to) - Math.max(start, from)));
    if (running) vcpuMs += ms * BigInt(vcpus);
    if (running) memoryMiBMs += ms * BigInt(memoryMiB);
    diskGiBMs += ms * BigInt(diskGiB);
  }
  return { vcpuMs, memoryMiBMs, diskGiBMs };
}

describe('sums', () => {
  it('add up, however the time is divided, and by object and project alike', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, prices, at, at, async (spans, list, one, other) => {
        fc.pre(one !== other);
        const id = await put(spans, list);
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const scope = { projectId: id, from: new Date(from), to: new Date(to) };
        const by = async (granularity: UsageGranularity) => total(await sumUsageByTime(db, scope, granularity));
        const months = await by('month');
        expect(await by('day')).toEqual(months);
        expect(total(await sumUsageByObject(db, scope, 100))).toEqual(months);
        const everywhere = await sumUsageByProject(db, { ...scope, projectId: null });
        const mine = everywhere.filter((row) => row.id === id);
        expect(total(mine)).toEqual(months);
        const { cost: _, ...amounts } = months;
        expect(amounts).toEqual(expected(spans, from, to));
        // Cut anywhere, both halves are the whole.
        const middle = new Date(Math.floor((from + to) / 2));
        if (middle.getTime() > from && middle.getTime() < to) {
          const halves = [
            ...(await sumUsageByTime(db, { ...scope, to: middle }, 'hour')),
            ...(await sumUsageByTime(db, { ...scope, from: middle }, 'day')),
          ];
          expect(total(halves)).toEqual(months);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('go by UTC: a day has 24 hours though clocks are put forward, and months begin at midnight', async () => {
    const day = 86_400_000;
    const span = { start: begin, length: end - begin, vcpus: 1, memoryMiB: 0, diskGiB: 0, running: true, object: 0 };
    const id = await put([span], []);
    const scope = { projectId: id, from: new Date(begin), to: new Date(end) };
    for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Pacific/Chatham']) {
      // As a server that is set to another zone than ours.
      await db.$executeRawUnsafe(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = %L', current_database(), '${zone}'); END $$`,
      );
      const there = createDb(database.url, { max: 1 });
      const days = await sumUsageByTime(there, scope, 'day');
      expect(days).toHaveLength(61);
      expect(new Set(days.map(({ vcpuMs }) => vcpuMs))).toEqual(new Set([BigInt(day)]));
      const months = await sumUsageByTime(there, scope, 'month');
      expect(months.map(({ from }) => from.toISOString())).toEqual([
        '2026-03-01T00:00:00.000Z',
        '2026-04-01T00:00:00.000Z',
      ]);
      expect(months.map(({ vcpuMs }) => vcpuMs)).toEqual([BigInt(31 * day), BigInt(30 * day)]);
      await there.$disconnect();
    }
  });

  it('cost what an hour cost when it was used', async () => {
    const hour = 3_600_000;
    const span = { start: begin, length: 4 * hour, vcpus: 2, memoryMiB: 1_024, diskGiB: 10, running: true, object: 0 };
    const id = await put(
      [span],
      [
        { since: begin + hour, vcpu: 10_000, memory: 1_000, disk: 100 },
        { since: begin + 3 * hour, vcpu: 20_000, memory: 0, disk: 0 },
      ],
    );
    const scope = { projectId: id, from: new Date(begin), to: new Date(begin + 4 * hour) };
    const hours = await sumUsageByTime(db, scope, 'hour');
    const micros = hours.map(({ cost }) => Number(cost / (1_024n * 3_600_000n)));
    // Nothing before there was a price, then 2 × 0.01 + 0.001 + 10 × 0.0001, then 2 × 0.02.
    expect(micros).toEqual([0, 22_000, 22_000, 40_000]);
  });

  it('count what still goes on until now, and nothing of the future', async () => {
    const { id } = await makeInstance(db, { projectId, hostId, vcpus: 1, name: 'running' });
    const [, open] = await spansOf(id);
    await db.usageSpan.update({ where: { id: open?.id ?? 0n }, data: { startedAt: new Date(Date.now() - 3_600_000) } });
    const scope = { projectId, from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
    const [row] = await sumUsageByObject(db, scope, 10);
    expect(row).toMatchObject({ name: 'running', kind: 'vm', exists: true });
    expect(Number(row?.vcpuMs)).toBeGreaterThanOrEqual(3_600_000);
    expect(Number(row?.vcpuMs)).toBeLessThan(2 * 3_600_000);
    expect(total(await sumUsageByTime(db, scope, 'hour')).diskGiBMs).toBe(0n);
  });

  it('keep what is deleted: the instance, and the project under its name', async () => {
    const { id } = await makeInstance(db, { projectId, hostId, vcpus: 1, name: 'gone' });
    await inTx(db, (tx) => deleteInstance(tx, { projectId, id }));
    const scope = { projectId, from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
    expect(await sumUsageByObject(db, scope, 10)).toMatchObject([{ name: 'gone', exists: false }]);
    await db.$executeRaw`DELETE FROM reservation WHERE project_id = ${projectId}::uuid`;
    const { name } = await db.project.delete({ where: { id: projectId } });
    const rows = await sumUsageByProject(db, { ...scope, projectId: null });
    expect(rows.find((row) => row.id === projectId)).toMatchObject({ slug: null, name });
    expect(sumsOf(rows.find((row) => row.id === projectId) ?? total([])).diskGiBMs).toBe(0n);
  });
});

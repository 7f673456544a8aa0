import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccessWorld, buildAccessWorld } from '#server/testing/access-world.ts';
import { makeInstance, makeVolume } from '#server/testing/factories.ts';

interface Amounts {
  vcpuHours: string;
  memoryGiBHours: string;
  diskGiBHours: string;
  cost: string;
}
interface Usage {
  from: string;
  to: string;
  currency: string | null;
  total: Amounts;
  buckets: (Amounts & { from: string; to: string })[];
  objects: (Amounts & { name: string; exists: boolean; type: string })[];
  projects: (Amounts & { id: string; slug: string | null; name: string })[];
}
interface PriceList {
  currency: string | null;
  current: { vcpuHour: string; effectiveFrom: string } | null;
  prices: { vcpuHour: string; effectiveFrom: string }[];
}

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

const ask = <T>(path: string, by: keyof AccessWorld['credentials'] = 'admin') =>
  world.web.rest<T>(path, world.credentials[by]);
const setPrices = (body: object) =>
  world.web.rest<PriceList & { code?: string; errors?: { pointer: string }[] }>('/prices', {
    method: 'PUT',
    body,
    ...world.credentials.admin,
  });
const prices = { currency: 'EUR', vcpuHour: '0.5', memoryGiBHour: '0.25', diskGiBHour: '0.000001' };

/** Spans begin two hours before some midnight of UTC, and are over: what they are worth is known to the last digit. */
async function past(projectId: string) {
  const { web, hostId } = world;
  const instance = await makeInstance(web.owner, {
    projectId,
    hostId,
    vcpus: 2,
    memoryMiB: 512,
    name: `old-${projectId.slice(-6)}`,
  });
  const volume = await makeVolume(web.owner, { projectId, hostId, sizeGiB: 3 });
  await web.owner.usageSpan.deleteMany({ where: { objectId: { in: [instance.id, volume.id] } } });
  const span = {
    projectId,
    startedAt: new Date('2026-02-28T22:00:00Z'),
    endedAt: new Date('2026-03-01T02:00:00Z'),
    vcpus: 0,
    memoryMiB: 0,
    diskGiB: 0,
    running: false,
  };
  await web.owner.usageSpan.createMany({
    data: [
      {
        ...span,
        objectType: 'instance',
        objectId: instance.id,
        objectName: instance.name,
        kind: 'vm',
        vcpus: 2,
        memoryMiB: 512,
        running: true,
      },
      { ...span, objectType: 'volume', objectId: volume.id, objectName: volume.name, kind: 'disk', diskGiB: 3 },
    ],
  });
  return { instance, volume };
}

it('tells what a project used, by time and object, and what it cost then', async () => {
  const { projectA, projectB } = world;
  const { instance, volume } = await past(projectA);
  await past(projectB);
  expect((await ask<PriceList>('/prices', 'stranger')).body).toEqual({ currency: null, current: null, prices: [] });
  expect((await setPrices({ ...prices, effectiveFrom: '2026-03-01T00:00:00Z' })).status).toBe(200);
  const query = 'from=2026-02-01T00:00:00Z&to=2026-04-01T00:00:00Z&granularity=month';
  const { body } = await ask<Usage>(`/projects/${projectA}/usage?${query}`, 'viewer');
  const half = { vcpuHours: '4.000000', memoryGiBHours: '1.000000', diskGiBHours: '6.000000' };
  expect(body.buckets).toEqual([
    { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', ...half, cost: '0.000000' },
    { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', ...half, cost: '2.250006' },
  ]);
  expect(body.total).toEqual({
    vcpuHours: '8.000000',
    memoryGiBHours: '2.000000',
    diskGiBHours: '12.000000',
    cost: '2.250006',
  });
  expect(body.objects.map(({ name, cost, exists }) => ({ name, cost, exists }))).toEqual([
    { name: instance.name, cost: '2.250000', exists: true },
    { name: volume.name, cost: '0.000006', exists: true },
  ]);
  expect(body.currency).toBe('EUR');
  const whole = await ask<Usage>(`/usage?${query}`, 'auditor');
  expect(whole.body.projects.map(({ id }) => id).sort()).toEqual([projectA, projectB].sort());
  expect(whole.body.total.cost).toBe('4.500012');
  const file = await ask<{ name: string; cost: string }[]>(
    `/usage/export?format=json&from=2026-02-01T00:00:00Z&to=2026-04-01T00:00:00Z`,
  );
  expect(file.body.map(({ cost }) => cost)).toEqual(['2.250000', '2.250000', '0.000006', '0.000006']);
});

it('asks for this month when nothing is said, and refuses ranges that make no sense', async () => {
  const { projectA } = world;
  const { status, body } = await ask<Usage>(`/projects/${projectA}/usage`, 'owner');
  expect(status).toBe(200);
  expect(body.from).toMatch(/-01T00:00:00.000Z$/);
  expect(body.to).toMatch(/-01T00:00:00.000Z$/);
  expect(body.buckets.length).toBeGreaterThanOrEqual(28);
  for (const [range, pointer] of [
    ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', '/to'],
    ['from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z&granularity=hour', '/to'],
    ['from=1800-01-01T00:00:00Z', '/from'],
    ['from=yesterday', '/from'],
    ['granularity=second', '/granularity'],
    ['from=2026-03-01T00:00:00%2B02:00', '/from'],
  ]) {
    const refused = await ask<{ errors: { pointer: string }[] }>(`/usage?${range}`);
    expect(refused.status, range).toBe(400);
    expect(refused.body.errors.map((error) => error.pointer)).toEqual([pointer]);
  }
});

it('sets prices from now on, or from before, and never in two currencies', async () => {
  await setPrices({ ...prices, effectiveFrom: '2000-01-01T00:00:00Z' });
  const now = await setPrices({ ...prices, vcpuHour: '7' });
  expect(now.body.prices.map(({ vcpuHour }) => vcpuHour)).toEqual(['7.000000', '0.500000']);
  expect(now.body.current?.vcpuHour).toBe('7.000000');
  const other = await setPrices({ ...prices, currency: 'CNY' });
  expect(other.status).toBe(409);
  expect(other.body.errors?.[0]?.pointer).toBe('/currency');
  const anew = await setPrices({ ...prices, currency: 'cny', effectiveFrom: '2000-01-01T00:00:00Z' });
  expect(anew.body).toMatchObject({ currency: 'CNY', prices: [{ vcpuHour: '0.500000' }] });
  for (const wrong of [
    { vcpuHour: 0.1 },
    { vcpuHour: '-1' },
    { vcpuHour: '1e3' },
    { vcpuHour: '0.0000001' },
    { vcpuHour: '1,5' },
    { currency: 'XXQ' },
    { currency: 'EURO' },
  ])
    expect((await setPrices({ ...prices, ...wrong })).status, JSON.stringify(wrong)).toBe(400);
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultPoolId, type HostPool } from '#server/contract/host-pool.ts';
import type { PlacementAnswer } from '#server/contract/placement.ts';
import { inTx } from '#server/db/client.ts';
import { setHostCapacity, setHostEngine } from '#server/db/host-inventory-store.ts';
import { addHostLoad, listHostLoads } from '#server/db/host-load-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { listRecentFailures } from '#server/db/placement-failure-store.ts';
import { setPoolQuota } from '#server/db/pool-quota-store.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { makeFlavor, makeHost, makeHostPool, makeInstance, makeOperation } from '#server/testing/factories.ts';

let world: AccessWorld;
let token: string;
let admin: string;
beforeEach(async () => {
  world = await buildAccessWorld();
  token = await world.web.tokenOf(world.users.owner, ['all']);
  admin = await world.web.tokenOf(world.users.admin, ['all']);
});
afterEach(async () => {
  expect(await findViolations(world.web.owner)).toEqual([]);
  await world.web.stop();
});

interface Refusal {
  code?: string;
  detail?: string;
  errors: { pointer: string }[];
  placement: PlacementAnswer;
}
interface Made extends Refusal {
  instance: { id: string; host: { id: string }; hostPool: { id: string }; placementGroup: { name: string } | null };
}

const send = <Body>(method: string, path: string, body?: object, as = admin) =>
  world.web.rest<Body>(path, { method, token: as, ...(body && { body }) });
const create = (fields: object = {}, as = token) =>
  send<Made>(
    'POST',
    `/projects/${world.projectA}/instances`,
    { kind: 'container', name: freshName(), image: 'nginx:1', ...fields },
    as,
  );
const explain = (fields: object = {}, as = token) =>
  send<PlacementAnswer & { chosen: { name: string } | null; candidates: unknown[] }>(
    'POST',
    '/placements/explain',
    { projectId: world.projectA, kind: 'container', vcpus: 1, memoryMiB: 256, diskGiB: 0, ...fields },
    as,
  );
/** A host of eight CPUs and 8 GiB with Docker. */
const host = async (name: string, fields: Parameters<typeof makeHost>[1] = {}) => {
  const made = await makeHost(world.web.owner, {
    name,
    capacity: { vcpus: 8, memoryMiB: 8192, diskGiB: 100 },
    ...fields,
  });
  const engine = { type: 'docker', state: 'up', version: null, capabilities: null, message: null } as const;
  await inTx(world.web.owner, (tx) => setHostEngine(tx, { hostId: made.id }, engine));
  return made.id;
};
/** The host of the world takes nothing. */
const closeOthers = () => send('PATCH', `/hosts/${world.hostId}`, { cordon: { reason: 'test' } });

it('gives hosts the ratios of their pool, and refuses what would leave less than is claimed', async () => {
  const { id } = await makeHostPool(world.web.owner, { cpuRatio: 4, reserveMemoryMiB: 1024 });
  const hostId = await host('reef-1');
  const moved = await send<{ hostPool: { id: string }; capacity: HostPool['capacity'] }>('PATCH', `/hosts/${hostId}`, {
    poolId: id,
  });
  expect(moved.body).toMatchObject({
    hostPool: { id },
    capacity: { vcpus: { total: 8, allocatable: 32 }, memoryMiB: { allocatable: 7168 } },
  });
  await makeInstance(world.web.owner, { projectId: world.projectA, hostId, vcpus: 20, memoryMiB: 4096 });
  const lowered = await send<Refusal>('PATCH', `/host-pools/${id}`, { cpuRatio: 2 });
  expect(lowered.body).toMatchObject({
    code: 'state_conflict',
    detail: 'Less would be left than is claimed. reef-1: 20 vCPUs claimed, 16 left.',
    errors: [{ pointer: '/cpuRatio' }],
  });
  expect((await send<HostPool>('PATCH', `/host-pools/${id}`, { cpuRatio: 2.5 })).body).toMatchObject({
    cpuRatio: 2.5,
    capacity: { vcpus: { total: 8, allocatable: 20, claimed: 20 } },
  });
  const back = await send<Refusal>('PATCH', `/hosts/${hostId}`, {
    poolId: (await makeHostPool(world.web.owner, { cpuRatio: 1 })).id,
  });
  expect(back.body).toMatchObject({ code: 'state_conflict', errors: [{ pointer: '/poolId' }] });
  // A reserve as large as the machine leaves half of it.
  await send('PATCH', `/host-pools/${id}`, { reserveDiskGiB: 65_536 });
  expect((await send<HostPool>('GET', `/host-pools/${id}`)).body.capacity.diskGiB).toMatchObject({
    total: 100,
    allocatable: 50,
  });
});

it('lets nobody delete a pool with hosts, nor the default one', async () => {
  const { id } = await makeHostPool(world.web.owner);
  const hostId = await host('reef-1', { poolId: id });
  expect((await send<Refusal>('DELETE', `/host-pools/${id}`)).body).toMatchObject({
    code: 'in_use',
    detail: 'There is 1 host in it.',
  });
  await send('PATCH', `/hosts/${hostId}`, { poolId: defaultPoolId });
  expect((await send('DELETE', `/host-pools/${id}`)).status).toBe(204);
  expect((await send<Refusal>('DELETE', `/host-pools/${defaultPoolId}`)).body.code).toBe('state_conflict');
  expect(
    (await send<Refusal>('PATCH', `/host-pools/${defaultPoolId}`, { visibility: 'private' })).body.errors[0]?.pointer,
  ).toBe('/visibility');
  expect((await send<Refusal>('POST', '/host-pools', { name: 'x', projectIds: [id] })).body.errors[0]?.pointer).toBe(
    '/projectIds/0',
  );
});

it('keeps private pools to the projects that were granted them', async () => {
  const { id } = await makeHostPool(world.web.owner, {
    name: 'gpu',
    visibility: 'private',
    projectIds: [world.projectB],
  });
  await host('reef-1', { poolId: id, traits: ['gpu'] });
  await closeOthers();
  const usable = () =>
    send<{ items: { name: string }[] }>('GET', `/projects/${world.projectA}/host-pools`, undefined, token);
  expect((await usable()).body.items.map(({ name }) => name)).toEqual(['default']);
  const refused = await create();
  expect(refused.body).toMatchObject({
    code: 'no_valid_host',
    placement: { hosts: { total: 1 }, rules: [{ filter: 'cordon', hosts: 1 }], reasons: [] },
  });
  expect((await create({ poolId: id })).body).toMatchObject({ code: 'not_found', errors: [{ pointer: '/poolId' }] });
  expect((await create({}, admin)).body.placement.reasons).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ filter: 'pool-access', host: expect.objectContaining({ name: 'reef-1' }) }),
    ]),
  );
  await send('PATCH', `/host-pools/${id}`, { projectIds: [world.projectA] });
  expect((await usable()).body.items.map(({ name }) => name)).toEqual(['default', 'gpu']);
  expect((await create({ poolId: id, traits: ['gpu'] })).body.instance).toMatchObject({ hostPool: { id } });
});

it('takes certain flavors only where a pool says so, and names the flavor that would do', async () => {
  const small = await makeFlavor(world.web.owner, { name: 'small', vcpus: 1, memoryMiB: 256, diskGiB: 1 });
  const { id } = await makeHostPool(world.web.owner, { flavorIds: [small.id] });
  await host('reef-1', { poolId: id });
  const refused = await create({ poolId: id, vcpus: 2, memoryMiB: 512 });
  expect(refused.body.placement.rules).toContainEqual({ filter: 'allowed-flavors', hosts: 1 });
  expect(refused.body.placement.fixes).toContainEqual({
    type: 'setFlavor',
    flavor: { id: small.id, name: 'small' },
    hosts: 1,
  });
  expect(refused.body.placement.fixes).toContainEqual({
    type: 'setPool',
    pool: { id: defaultPoolId, name: 'default' },
    hosts: 1,
  });
  expect((await create({ poolId: id, flavorId: small.id })).status).toBe(202);
});

it('says per host and rule what is missing, and the cheapest ways out', async () => {
  await closeOthers();
  await host('reef-1');
  const asked = { vcpus: 9, memoryMiB: 256 };
  const seen = (await create(asked, admin)).body.placement;
  expect(seen.reasons).toContainEqual(expect.objectContaining({ filter: 'cordon', message: 'It is cordoned: test' }));
  expect(seen.fixes).toEqual(
    expect.arrayContaining([
      { type: 'setSize', resource: 'vcpus', value: 8, less: 1, hosts: 1 },
      expect.objectContaining({ type: 'uncordon' }),
    ]),
  );
  const forTenant = (await create(asked)).body.placement;
  expect(forTenant.fixes.map(({ type }) => type)).toEqual(['setSize']);
  const memory = await explain({ memoryMiB: 8000 }, admin);
  expect(memory.body).toMatchObject({ fits: true });
  await inTx(world.web.owner, async (tx) =>
    setHostCapacity(
      tx,
      { hostId: (await tx.host.findFirstOrThrow({ where: { name: 'reef-1' } })).id },
      { memoryMiB: { total: 4096 } },
    ),
  );
  const short = await explain({ memoryMiB: 4608 }, admin);
  expect(short.body.reasons).toContainEqual(
    expect.objectContaining({
      filter: 'capacity',
      missing: [{ resource: 'memoryMiB', needed: 4608, available: 4096, missing: 512 }],
    }),
  );
});

it('explains without making anything', async () => {
  const answer = await explain({ count: 2 }, admin);
  expect(answer.body).toMatchObject({ fits: true, chosen: { id: world.hostId }, hosts: { total: 1, fitting: 1 } });
  expect((await explain()).body).toMatchObject({ fits: true, chosen: null, candidates: [], reasons: [] });
  const size = { vcpus: undefined, memoryMiB: undefined };
  expect((await explain(size)).status).toBe(400);
  expect((await explain({ projectId: world.projectB })).status).toBe(404);
  expect((await explain({ hostId: world.hostId })).status).toBe(403);
  expect(await world.web.owner.instance.count()).toBe(0);
});

it('keeps a group apart however many ask at once, and refuses to delete it while it is used', async () => {
  const ids = [await host('reef-1'), await host('reef-2'), world.hostId];
  const groups = `/projects/${world.projectA}/placement-groups`;
  const group = await send<{ id: string }>(
    'POST',
    groups,
    { name: 'db', policy: 'anti-affinity', strictness: 'hard' },
    token,
  );
  const placementGroupId = group.body.id;
  const answers = await Promise.all(Array.from({ length: 6 }, () => create({ placementGroupId })));
  const made = answers.filter(({ status }) => status === 202);
  expect(new Set(made.map(({ body }) => body.instance.host.id))).toEqual(new Set(ids));
  expect(made).toHaveLength(3);
  const refused = answers.find(({ status }) => status !== 202);
  expect(refused?.body.placement.rules).toEqual([{ filter: 'placement-group', hosts: 3 }]);
  expect(refused?.body.placement.fixes).toEqual([{ type: 'dropGroup', hosts: 3 }]);
  expect(
    (await send<{ instances: number }>('GET', `${groups}/${placementGroupId}`, undefined, token)).body.instances,
  ).toBe(3);
  expect((await send<Refusal>('DELETE', `${groups}/${placementGroupId}`, undefined, token)).body.code).toBe('in_use');
  const several = await create({
    placementGroupId: (
      await send<{ id: string }>('POST', groups, { name: 'web', policy: 'anti-affinity', strictness: 'hard' }, token)
    ).body.id,
    count: 4,
  });
  expect(several.body.placement.fixes).toEqual([{ type: 'setCount', value: 3 }]);
});

it('goes to another pool where the quota of one is used up, and says so where there is none', async () => {
  const { id } = await makeHostPool(world.web.owner, { policy: 'pack' });
  await host('reef-1', { poolId: id });
  const limits = { projectId: world.projectA, poolId: defaultPoolId };
  await inTx(world.web.owner, (tx) => setPoolQuota(tx, limits, { instances: 0 }));
  for (let round = 0; round < 3; round += 1) expect((await create()).body.instance.hostPool.id).toBe(id);
  expect((await create({ poolId: defaultPoolId })).body.code).toBe('quota_exceeded');
});

it('remembers failed creates of late by half every thirty minutes, and loads by an average', async () => {
  const { owner } = world.web;
  const failed = async (minutes: number, code: string) => {
    const { id } = await makeOperation(owner, {
      projectId: world.projectA,
      kind: 'instance.create',
      hostId: world.hostId,
    });
    const endedAt = new Date(Date.now() - minutes * 60_000);
    await owner.operation.update({ where: { id }, data: { state: 'failed', endedAt, error: { code } } });
  };
  await failed(0, 'driver_failed');
  await failed(30, 'timeout');
  await failed(0, 'container_image_not_found');
  await failed(600, 'driver_failed');
  expect((await listRecentFailures(owner)).get(world.hostId)).toBeCloseTo(1.5, 1);
  await addHostLoad(owner, { hostId: world.hostId }, { cpu: 0.2, memory: 0.4 }, 900);
  await owner.hostLoad.update({ where: { hostId: world.hostId }, data: { at: new Date(Date.now() - 900_000) } });
  await addHostLoad(owner, { hostId: world.hostId }, { cpu: 1, memory: 0.4 }, 900);
  const load = (await listHostLoads(owner)).get(world.hostId);
  // A sample after one window weighs 1 − 1/e.
  expect(load?.cpu).toBeCloseTo(0.2 / Math.E + (1 - 1 / Math.E), 2);
  expect(load?.memory).toBeCloseTo(0.4, 5);
});

it('advises moves in a pool that is uneven, and none in one that packs', async () => {
  const { id } = await makeHostPool(world.web.owner, { policy: 'spread' });
  const full = await host('reef-1', { poolId: id });
  const empty = await host('reef-2', { poolId: id });
  for (const hostId of [full, empty])
    await inTx(world.web.owner, (tx) =>
      setHostEngine(tx, { hostId }, { type: 'libvirt', state: 'up', version: null, capabilities: null, message: null }),
    );
  for (let round = 0; round < 3; round += 1)
    await makeInstance(world.web.owner, {
      projectId: world.projectA,
      hostId: full,
      vcpus: 2,
      memoryMiB: 2048,
      network: 'none',
    });
  const advice = () =>
    send<{
      pools: {
        imbalance: number;
        imbalanceAfter: number;
        moves: { from: { name: string }; to: { name: string }; gain: number }[];
      }[];
    }>('GET', `/placements/advice?hostPool=${id}`);
  const [pool] = (await advice()).body.pools;
  expect(pool?.moves).toMatchObject([{ from: { name: 'reef-1' }, to: { name: 'reef-2' } }]);
  expect(pool!.imbalanceAfter).toBeLessThan(pool!.imbalance);
  await send('PATCH', `/host-pools/${id}`, { policy: 'pack' });
  expect((await advice()).body.pools[0]?.moves).toEqual([]);
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { releaseClaims } from '#server/db/claim-change-store.ts';
import { inTx } from '#server/db/client.ts';
import { updateInstance } from '#server/db/instance-change-store.ts';
import { findViolations } from '#server/db/invariants.ts';
import { getProject, setQuotaLimits } from '#server/db/project-store.ts';
import { listInstanceVolumes } from '#server/db/volume-store.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { makeHost, makeImage, makeInstance, makeVolume } from '#server/testing/factories.ts';

interface Answer {
  code?: string;
  detail?: string;
  errors: { pointer: string }[];
  instance: { id: string; name: string; task: { kind: string } | null };
  instances: { id: string; name: string }[];
  operation: { id: string };
  fits: boolean;
  quota: { resource: string; used: number; after: number; limit: number }[];
  rules: { filter: string; hosts: number }[];
  reasons: { host: { name: string }; filter: string }[];
}

let world: AccessWorld;
let token: string;
beforeEach(async () => {
  world = await buildAccessWorld();
  token = await world.web.tokenOf(world.users.owner, ['all']);
});
// Whatever a test did: counters are the sums of their reservations, and nothing is above its limit (I1, I2, I6).
afterEach(async () => {
  expect(await findViolations(world.web.owner)).toEqual([]);
  await world.web.stop();
});

const path = (rest = ''): string => `/projects/${world.projectA}/instances${rest}`;
const create = (body: object) => world.web.rest<Answer>(path(), { method: 'POST', token, body });
const act = (id: string, verb: string, body: object = {}) =>
  world.web.rest<Answer>(path(`/${id}/${verb}`), { method: 'POST', token, body });
const vm = (fields: object = {}) => ({
  kind: 'vm',
  name: freshName(),
  vcpus: 2,
  memoryMiB: 512,
  diskGiB: 5,
  network: 'none',
  ...fields,
});
const container = (fields: object = {}) => ({ kind: 'container', name: freshName(), image: 'nginx:1', ...fields });
const limit = (limits: object) =>
  inTx(world.web.owner, (tx) => setQuotaLimits(tx, { projectId: world.projectA }, limits));
const quota = async () => (await getProject(world.web.owner, { id: world.projectA })).quota;

it('makes exactly as many as the quota allows, however many ask at once', async () => {
  await limit({ instances: 5 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(container())));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
  for (const refused of answers.filter(({ status }) => status !== 202))
    expect(refused.body.code).toBe('quota_exceeded');
  expect((await quota()).instances).toEqual({ used: 5, limit: 5 });
});

it('makes exactly as many as the hosts can hold, and says why not more', async () => {
  await world.web.owner.hostInventory.updateMany({ where: { resource: 'memoryMiB' }, data: { total: 1024 } });
  const answers = await Promise.all(Array.from({ length: 12 }, () => create(container({ memoryMiB: 256 }))));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(4);
  expect((await create(container({ memoryMiB: 256 }))).body).toMatchObject({
    code: 'no_valid_host',
    placement: { rules: [{ filter: 'capacity', hosts: 1 }], reasons: [] },
  });
});

it('makes all of several or none', async () => {
  const { id: imageId } = await makeImage(world.web.owner);
  const three = await create(vm({ name: 'web', count: 3, imageId }));
  expect(three.body.instances.map(({ name }) => name)).toEqual(['web-1', 'web-2', 'web-3']);
  expect((await quota()).diskGiB.used).toBe(15);
  const taken = await create(vm({ name: 'web', count: 4, imageId }));
  expect(taken.body.code).toBe('name_taken');
  expect((await quota()).diskGiB.used).toBe(15);
});

it('boots from a kept disk on the host where it lies, and once only', async () => {
  const { owner } = world.web;
  const { id: otherHost } = await makeHost(owner);
  const { id: bootVolumeId } = await makeVolume(owner, {
    projectId: world.projectA,
    hostId: world.hostId,
    bootable: true,
  });
  const before = (await quota()).diskGiB.used;
  const made = await create(vm({ bootVolumeId, diskGiB: undefined }));
  expect(made.status).toBe(202);
  expect((await quota()).diskGiB.used).toBe(before);
  const [disk] = await listInstanceVolumes(owner, { projectId: world.projectA, instanceId: made.body.instance.id });
  expect(disk?.id).toBe(bootVolumeId);
  expect((await create(vm({ bootVolumeId, diskGiB: undefined }))).body.code).toBe('in_use');
  const admin = await world.web.tokenOf(world.users.admin, ['all']);
  const elsewhere = { method: 'POST', token: admin, body: vm({ bootVolumeId, diskGiB: undefined, hostId: otherHost }) };
  expect((await world.web.rest<Answer>(path(), elsewhere)).body.code).toBe('no_valid_host');
});

it('says which field is wrong', async () => {
  const { id: imageId } = await makeImage(world.web.owner);
  const cases: [object, string][] = [
    [vm({}), '/imageId'],
    [vm({ imageId, bootVolumeId: imageId }), '/imageId'],
    [vm({ imageId, vcpus: undefined }), '/flavorId'],
    [vm({ imageId, diskGiB: undefined }), '/diskGiB'],
    [vm({ imageId, name: 'a'.repeat(63), count: 2 }), '/name'],
    [container({ count: 2, volumes: [{ name: 'data', target: '/data' }] }), '/count'],
    [vm({ imageId, name: 'a</name><devices>' }), '/name'],
  ];
  for (const [body, pointer] of cases) expect((await create(body)).body.errors[0]?.pointer).toBe(pointer);
});

it('checks without making anything, and tells tenants no names of hosts', async () => {
  await limit({ vcpus: 4 });
  const check = (query: string, credentials: object = { token }) =>
    world.web.rest<Answer>(
      `/projects/${world.projectA}/instance-check?kind=container&memoryMiB=64&diskGiB=0&${query}`,
      credentials,
    );
  expect((await check('vcpus=2&count=2')).body).toMatchObject({ fits: true });
  const tooMany = await check('vcpus=2&count=3');
  expect(tooMany.body.fits).toBe(false);
  expect(tooMany.body.quota.find(({ resource }) => resource === 'vcpus')).toMatchObject({
    used: 0,
    after: 6,
    limit: 4,
  });
  await world.web.owner.hostEngine.deleteMany({});
  expect((await check('vcpus=1')).body).toMatchObject({ rules: [{ filter: 'engine', hosts: 1 }], reasons: [] });
  const named = await check('vcpus=1', world.credentials.admin);
  expect(named.body.reasons[0]?.host.name).toMatch(/^host-/);
  expect(await world.web.owner.instance.count()).toBe(0);
});

it('does only what the state allows, and one thing at a time', async () => {
  const { owner } = world.web;
  const { id } = await makeInstance(owner, { projectId: world.projectA, hostId: world.hostId });
  expect((await act(id, 'start')).body.detail).toBe('It is running already.');
  expect((await act(id, 'resume')).body.code).toBe('state_conflict');
  const answers = await Promise.all(Array.from({ length: 8 }, () => act(id, 'reboot')));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect((await world.web.rest<Answer['instance']>(path(`/${id}`), { token })).body.task?.kind).toBe('instance.reboot');
});

it('forces off what hangs in a stop, by cancelling the stop', async () => {
  const { owner } = world.web;
  const { id } = await makeInstance(owner, { projectId: world.projectA, hostId: world.hostId });
  const { operation } = (await act(id, 'stop', { timeoutSeconds: 3600 })).body;
  const forcing = act(id, 'stop', { force: true });
  // What a worker would do: it sees the wish and ends the stop.
  await expect
    .poll(async () => (await owner.operation.findUniqueOrThrow({ where: { id: operation.id } })).cancelRequested)
    .not.toBeNull();
  await owner.operation.update({ where: { id: operation.id }, data: { state: 'cancelled', endedAt: new Date() } });
  const forced = await forcing;
  expect(forced.status).toBe(202);
  expect(forced.body.operation.id).not.toBe(operation.id);
});

it('is created anew by a retry, with its claims', async () => {
  const { owner } = world.web;
  const { id: imageId } = await makeImage(owner);
  const { instance, operation } = (await create(vm({ imageId }))).body;
  const cancelled = await world.web.rest(`/operations/${operation.id}/cancel`, { method: 'POST', token });
  expect(cancelled.status).toBe(202);
  // What the worker does when every step is undone.
  await inTx(owner, async (tx) => {
    const ref = { projectId: world.projectA, id: instance.id };
    for (const volume of await tx.volume.findMany({ where: { instanceId: instance.id } })) {
      await releaseClaims(tx, { projectId: world.projectA, ownerId: volume.id });
      await tx.volume.update({ where: { id: volume.id }, data: { state: 'failed' } });
    }
    await releaseClaims(tx, { projectId: world.projectA, ownerId: instance.id });
    await updateInstance(tx, ref, { lifecycle: 'failed', failureReason: 'Cancelled.' });
    await tx.operation.update({ where: { id: operation.id }, data: { state: 'cancelled', endedAt: new Date() } });
  });
  expect((await quota()).diskGiB.used).toBe(0);
  const retried = await world.web.rest<{ id: string; state: string }>(`/operations/${operation.id}/retry`, {
    method: 'POST',
    token,
  });
  expect(retried.status).toBe(202);
  expect(retried.body.id).not.toBe(operation.id);
  expect(await quota()).toMatchObject({ instances: { used: 1 }, vcpus: { used: 2 }, diskGiB: { used: 5 } });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { findViolations } from '#server/db/invariants.ts';
import { setMembership } from '#server/db/membership-store.ts';
import { type AccessWorld, buildAccessWorld } from '#server/testing/access-world.ts';
import {
  makeImage,
  makeInstance,
  makeOperation,
  makeProject,
  makeUser,
  makeVolume,
} from '#server/testing/factories.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

const codeOf = (body: unknown) => (body as { code?: string }).code;
const owner = () => world.credentials.owner;
const project = async (quota = {}) =>
  (await makeProject(world.web.owner, { ownerId: world.users.owner, viewerId: world.users.viewer, quota })).id;
const post = (path: string, body?: object, who = owner()) =>
  world.web.rest<Record<string, unknown>>(path, { method: 'POST', ...(body && { body }), ...who });

it('is renamed with If-Match and described', async () => {
  const id = await project();
  const patch = (version: number, body: object) =>
    world.web.rest<{ version: number }>(`/projects/${id}`, {
      method: 'PATCH',
      body,
      headers: { 'if-match': `"${version}"` },
      ...owner(),
    });
  const { body: before } = await world.web.rest<{ version: number }>(`/projects/${id}`, owner());
  expect((await patch(before.version + 5, { name: 'x' })).status).toBe(412);
  const renamed = await patch(before.version, { name: 'Blue team', description: 'What we do.' });
  expect(renamed.body).toMatchObject({ name: 'Blue team', description: 'What we do.', state: 'active' });
  expect((await patch(renamed.body.version, { slug: 'x' })).status).toBe(400);
});

it('archived: what is there is read, stopped and deleted; nothing is made, started or tried again', async () => {
  const { web, hostId } = world;
  const id = await project();
  const { id: instance } = await makeInstance(web.owner, { projectId: id, hostId });
  const { id: stopped } = await makeInstance(web.owner, { projectId: id, hostId, observedState: 'stopped' });
  const { id: failed } = await makeOperation(web.owner, { projectId: id });
  await web.owner.operation.update({ where: { id: failed }, data: { state: 'failed', endedAt: new Date() } });
  expect((await post(`/projects/${id}/archive`)).body).toMatchObject({ state: 'archived' });
  expect((await post(`/projects/${id}/archive`)).status).toBe(200);
  const refused = [
    await post(`/projects/${id}/instances/${stopped}/start`),
    await post(`/projects/${id}/instances/${instance}/reboot`),
    await post(`/projects/${id}/instances`, { kind: 'container', name: 'x', image: 'nginx:1' }),
    await post('/images', { name: 'x', project: id, source: { type: 'upload', sizeBytes: 512 } }),
    await post(`/projects/${id}/invitations`, { email: 'a@example.org', role: 'viewer' }),
    await post(`/operations/${failed}/retry`),
  ];
  expect(refused.map(({ body }) => [codeOf(body), (body.params as { reason?: string })?.reason])).toEqual(
    refused.map(() => ['state_conflict', 'projectArchived']),
  );
  expect((await web.rest(`/projects/${id}/instances`, owner())).status).toBe(200);
  expect((await post(`/projects/${id}/instances/${instance}/stop`)).status).toBe(202);
  expect((await web.rest(`/projects/${id}/instances/${stopped}`, { method: 'DELETE', ...owner() })).status).toBe(202);
  // Who may not do it at all hears that, not how the project is.
  const viewer = await post(`/projects/${id}/instances/${stopped}/start`, undefined, world.credentials.viewer);
  expect(viewer.status).toBe(403);
  expect((await post(`/projects/${id}/unarchive`)).body).toMatchObject({ state: 'active' });
});

it('tells what goes with it, waits for its operations, and can only be read once its deletion has begun', async () => {
  const { web, hostId } = world;
  const id = await project();
  const vm = await makeInstance(web.owner, { projectId: id, hostId });
  await makeVolume(web.owner, { projectId: id, hostId, instanceId: vm.id });
  await makeImage(web.owner, { projectId: id });
  await web.tokenOf(world.users.owner, ['all'], { projectId: id });
  const { id: operation } = await makeOperation(web.owner, { projectId: id });
  const contents = await web.rest(`/projects/${id}/contents`, owner());
  expect(contents.body).toMatchObject({
    instances: [{ id: vm.id, running: true, hindrance: null }],
    volumes: [{ hindrance: 'attached' }],
    images: [{ hindrance: null }],
    tokens: 1,
    operations: 1,
  });
  const drop = () => web.rest<Record<string, unknown>>(`/projects/${id}`, { method: 'DELETE', ...owner() });
  expect(codeOf((await drop()).body)).toBe('state_conflict');
  await web.owner.operation.update({ where: { id: operation }, data: { state: 'succeeded', endedAt: new Date() } });
  const begun = await drop();
  expect([begun.status, begun.body]).toMatchObject([
    202,
    { project: { state: 'deleting' }, operation: { kind: 'project.delete', target: { id } } },
  ]);
  expect((await web.rest(`/projects/${id}`, owner())).body).toMatchObject({ state: 'deleting' });
  const refused = [
    await drop(),
    await post(`/projects/${id}/archive`),
    await post(`/projects/${id}/instances/${vm.id}/stop`),
  ];
  expect(refused.map(({ body }) => codeOf(body))).toEqual(refused.map(() => 'state_conflict'));
});

describe('a transfer', () => {
  const transfer = (from: string, body: object, who = owner()) => post(`/projects/${from}/transfer`, body, who);
  const used = async (id: string) => {
    const rows = await world.web.owner.quota.findMany({ where: { projectId: id } });
    return Object.fromEntries(rows.map(({ resource, used }) => [resource, Number(used)]));
  };

  it('moves rows and claims, all or nothing, and touches no host', async () => {
    const { web, hostId } = world;
    const [from, to] = [await project(), await project({ vcpus: 3, diskGiB: 7 })];
    const vm = await makeInstance(web.owner, { projectId: from, hostId, vcpus: 2 });
    const disk = await makeVolume(web.owner, { projectId: from, hostId, instanceId: vm.id, sizeGiB: 4 });
    const alone = await makeVolume(web.owner, { projectId: from, hostId, sizeGiB: 3 });
    const image = await makeImage(web.owner, { projectId: from });
    const big = await makeInstance(web.owner, { projectId: from, hostId, vcpus: 2 });
    const full = await transfer(from, { toProject: to, instances: [vm.id, big.id] });
    expect(codeOf(full.body)).toBe('quota_exceeded');
    expect((await used(to)).vcpus).toBe(0);

    const body = { toProject: to, instances: [vm.id], volumes: [alone.id], images: [image.id] };
    const moved = await transfer(from, body);
    expect([moved.status, moved.body]).toEqual([200, { instances: 1, volumes: 2, images: 1 }]);
    expect(await used(to)).toMatchObject({ instances: 1, vcpus: 2, diskGiB: 7 });
    expect(await used(from)).toMatchObject({ instances: 1, vcpus: 2, diskGiB: 0 });
    expect(await findViolations(web.owner)).toEqual([]);
    expect((await web.rest(`/projects/${from}/instances/${vm.id}`, owner())).status).toBe(404);
    expect((await web.rest(`/projects/${to}/instances/${vm.id}`, owner())).body).toMatchObject({ projectId: to });
    const row = await web.owner.instance.findUniqueOrThrow({ where: { id: vm.id } });
    expect(row).toMatchObject({ projectId: to, markedProjectId: from });
    expect((await web.owner.volume.findUniqueOrThrow({ where: { id: disk.id } })).markedProjectId).toBe(from);
    // Back home, its mark is that of its own project again.
    expect((await transfer(to, { toProject: from, all: true })).status).toBe(200);
    expect((await web.owner.instance.findUniqueOrThrow({ where: { id: vm.id } })).markedProjectId).toBeNull();
    expect(await findViolations(web.owner)).toEqual([]);
  });

  it('says of each thing why it cannot move', async () => {
    const { web, hostId } = world;
    const [from, to] = [await project(), await project()];
    const at = { projectId: from, hostId };
    const container = await makeInstance(web.owner, { ...at, kind: 'container' });
    const lonely = await makeInstance(web.owner, { ...at, kind: 'container', network: 'none' });
    const twin = await makeInstance(web.owner, { ...at, name: 'twin' });
    await makeInstance(web.owner, { projectId: to, hostId, name: 'twin' });
    const busy = await makeInstance(web.owner, at);
    await makeOperation(web.owner, { projectId: from, target: { type: 'instance', id: busy.id, name: 'busy' } });
    const contents = await web.rest<{ instances: { id: string; hindrance: string }[] }>(
      `/projects/${from}/contents?toProject=${to}`,
      owner(),
    );
    const hindrances = Object.fromEntries(contents.body.instances.map(({ id, hindrance }) => [id, hindrance]));
    expect(hindrances).toEqual({
      [container.id]: 'projectNetwork',
      [lonely.id]: null,
      [twin.id]: 'nameTaken',
      [busy.id]: 'busy',
    });
    const all = await transfer(from, { toProject: to, all: true });
    expect(all.body).toMatchObject({ code: 'state_conflict', detail: expect.stringContaining('network') });
    expect((await transfer(from, { toProject: to, instances: [lonely.id] })).status).toBe(200);
    expect((await transfer(from, { toProject: to })).status).toBe(400);
    expect((await transfer(from, { toProject: from, all: true })).status).toBe(400);
  });

  it('needs rights at both ends, and knows nothing of other projects', async () => {
    const { web, hostId, projectB, users, credentials } = world;
    const from = await project();
    const vm = await makeInstance(web.owner, { projectId: from, hostId });
    const body = { instances: [vm.id] };
    const unknown = await transfer(from, { ...body, toProject: crypto.randomUUID() });
    const foreign = await transfer(from, { ...body, toProject: projectB });
    expect([unknown.status, foreign.status]).toEqual([404, 404]);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    await inTx(web.owner, (tx) => setMembership(tx, { projectId: projectB, userId: users.owner }, 'viewer'));
    expect((await transfer(from, { ...body, toProject: projectB })).status).toBe(403);
    const to = await project();
    expect((await transfer(from, { ...body, toProject: to }, credentials.viewer)).status).toBe(403);
    expect((await transfer(from, { ...body, toProject: to }, credentials.otherOwner)).status).toBe(404);
    const other = await makeInstance(web.owner, { projectId: projectB, hostId });
    expect((await transfer(from, { toProject: to, instances: [other.id] })).status).toBe(404);
    await post(`/projects/${to}/archive`);
    expect(codeOf((await transfer(from, { ...body, toProject: to })).body)).toBe('state_conflict');
    await web.owner.membership.deleteMany({ where: { projectId: projectB, userId: users.owner } });
  });
});

it('ids of other projects are not found, whatever is asked of them', async () => {
  const { web, projectB } = world;
  const someone = await makeUser(web.owner);
  const asked = [
    await web.rest(`/projects/${projectB}/members`, owner()),
    await web.rest(`/projects/${projectB}/members/${someone.id}`, { method: 'DELETE', ...owner() }),
    await web.rest(`/projects/${projectB}/members/${world.users.otherOwner}`, {
      method: 'PUT',
      body: { role: 'viewer' },
      ...owner(),
    }),
    await web.rest(`/projects/${projectB}/invitations`, owner()),
    await web.rest(`/projects/${projectB}/contents`, owner()),
    await web.rest(`/projects/${projectB}`, { method: 'DELETE', ...owner() }),
    await web.rest(`/projects/${projectB}`, { method: 'PATCH', body: { name: 'x' }, ...owner() }),
    await post(`/projects/${projectB}/archive`),
  ];
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 404));
});

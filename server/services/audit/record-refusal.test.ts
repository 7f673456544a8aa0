import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { makeImage } from '#server/testing/factories.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

const audits = () => world.web.owner.audit.findMany({ orderBy: { id: 'asc' } });

it('keeps every change and every refusal, with who, from where and why', async () => {
  const { web, users, credentials, projectA } = world;
  const size = { vcpus: 1, memoryMiB: 64, diskGiB: 1 };
  const done = await web.trpc('flavor.create', 'mutation', { name: freshName(), ...size }, credentials.admin);
  await web.trpc('flavor.create', 'mutation', { name: freshName(), ...size }, credentials.member);
  await web.trpc('host.list', 'query', {}, credentials.member);
  const { id } = await makeImage(web.owner, { projectId: projectA });
  await web.rest(`/images/${id}/data`, { method: 'PUT', rawBody: 'x', ...credentials.viewer });
  const kept = await audits();
  expect(kept.map(({ action, outcome, code, actorId }) => ({ action, outcome, code, actorId }))).toEqual([
    { action: 'flavor.create', outcome: 'done', code: null, actorId: users.admin },
    { action: 'flavor.create', outcome: 'refused', code: 'forbidden', actorId: users.member },
    { action: 'host.list', outcome: 'refused', code: 'forbidden', actorId: users.member },
    { action: 'image.upload', outcome: 'refused', code: 'forbidden', actorId: users.viewer },
  ]);
  expect(kept[0]).toMatchObject({ ip: '127.0.0.1', requestId: done.headers.get('x-request-id'), targetType: 'flavor' });
});

it('keeps nothing of a change that did not happen', async () => {
  const before = (await audits()).length;
  const name = freshName();
  const size = { vcpus: 1, memoryMiB: 64, diskGiB: 1 };
  for (let count = 0; count < 2; count++)
    await world.web.trpc('flavor.create', 'mutation', { name, ...size }, world.credentials.admin);
  const kept = (await audits()).slice(before);
  expect(kept.map(({ outcome, code }) => [outcome, code])).toEqual([
    ['done', null],
    ['refused', 'name_taken'],
  ]);
});

it('keeps nothing of strangers who look, so that they cannot fill the disk', async () => {
  const before = (await audits()).length;
  for (let count = 0; count < 5; count++) await world.web.trpc('host.list', 'query', {}, {});
  await world.web.trpc('flavor.create', 'mutation', {}, {});
  expect((await audits()).length).toBe(before);
});

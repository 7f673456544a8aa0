import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Notification } from '#server/contract/notification.ts';
import type { QuotaRequest } from '#server/contract/quota-request.ts';
import { inTx } from '#server/db/client.ts';
import { findViolations } from '#server/db/invariants.ts';
import { setPoolQuota } from '#server/db/pool-quota-store.ts';
import { getProject, setQuotaLimits } from '#server/db/project-store.ts';
import { endExpiredGrants } from '#server/operations/reconcilers/quota-grants.ts';
import { type AccessWorld, buildAccessWorld, type Caller } from '#server/testing/access-world.ts';
import { makeInstance } from '#server/testing/factories.ts';

interface Problem {
  code: string;
  errors: { pointer: string }[];
}
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

let world: AccessWorld;
beforeEach(async () => {
  world = await buildAccessWorld();
  await limit({ vcpus: 40 });
});
afterEach(async () => {
  expect(await findViolations(world.web.owner)).toEqual([]);
  await world.web.stop();
});

const defaultPool = '01900000-0000-7000-8000-000000000001';
const limit = (limits: object) =>
  inTx(world.web.owner, (tx) => setQuotaLimits(tx, { projectId: world.projectA }, limits));
const vcpus = async () => (await getProject(world.web.owner, { id: world.projectA })).quota.vcpus;
const as = <Body>(caller: Caller, path: string, body?: object, method = body ? 'POST' : 'GET') =>
  world.web.rest<Body>(path, { ...(world.web && world.credentials[caller]), method, ...(body && { body }) });
const ofProject = (rest = '') => `/projects/${world.projectA}/quota-requests${rest}`;
const ask = async (limits: object, fields: object = {}) =>
  as<QuotaRequest & Problem>('member', ofProject(), { limits, reason: 'A load test', ...fields });
const grant = (id: string, body: object = {}) =>
  as<QuotaRequest & Problem>('admin', `/quota-requests/${id}/grant`, body);
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
/** As if the time of the grant had come: by the database's clock, as the worker reads it. */
const expire = (id: string) =>
  world.web.owner.$executeRaw`UPDATE quota_request SET expires_at = now() - interval '1 second' WHERE id = ${id}::uuid`;
const endGrants = () => endExpiredGrants(world.web.owner, world.web.app.log);
const granted = async (limits: object, fields: object = {}) => {
  const { body } = await ask(limits);
  expect((await grant(body.id, fields)).status).toBe(200);
  return body.id;
};
const told = async (caller: Caller) => (await as<Page<Notification>>(caller, '/notifications')).body.items;

it('is asked for by a member, granted by an admin with other limits, and everybody concerned is told', async () => {
  const asked = await ask({ vcpus: 100, snapshots: 500 });
  expect(asked.status).toBe(201);
  expect(asked.body).toMatchObject({ state: 'pending', limits: { vcpus: 100, snapshots: 500 }, pool: null });
  expect(await told('admin')).toMatchObject([
    { type: 'quota-request.created', readAt: null, target: { id: asked.body.id } },
  ]);
  for (const caller of ['member', 'owner', 'stranger', 'auditor'] as const) expect(await told(caller)).toEqual([]);

  const review = await as<{ quota: { vcpus: object }; room: { hosts: number; vcpus: object }[] }>(
    'admin',
    `/quota-requests/${asked.body.id}`,
  );
  expect(review.body.quota.vcpus).toEqual({ used: 0, limit: 40 });
  expect(review.body.room).toMatchObject([
    { pool: { id: defaultPool }, hosts: 1, vcpus: { allocatable: 10_000, claimed: 0 } },
  ]);

  const answer = await grant(asked.body.id, { limits: { vcpus: 60 }, note: 'Sixty for now.' });
  expect(answer.body).toMatchObject({
    state: 'granted',
    granted: { vcpus: 60 },
    before: { vcpus: 40 },
    expiresAt: null,
  });
  expect(await vcpus()).toEqual({ used: 0, limit: 60 });
  expect(await told('member')).toMatchObject([{ type: 'quota-request.granted' }]);
  expect((await grant(asked.body.id)).body.code).toBe('state_conflict');

  const audit = await world.web.owner.audit.findMany({ where: { targetId: asked.body.id }, orderBy: { id: 'asc' } });
  expect(audit.map(({ action, outcome }) => [action, outcome])).toEqual([
    ['quotaRequest.create', 'done'],
    ['quotaRequest.grant', 'done'],
    ['quotaRequest.grant', 'refused'],
  ]);
  const events = await world.web.owner.event.findMany({ where: { targetId: asked.body.id }, orderBy: { id: 'asc' } });
  expect(events.map(({ type }) => type)).toEqual(['quota-request.created', 'quota-request.granted']);
});

it('is denied with a note, cancelled by who asked, and by nobody else without the right', async () => {
  const first = (await ask({ vcpus: 50 })).body;
  expect((await as<Problem>('admin', `/quota-requests/${first.id}/deny`, { note: '' })).status).toBe(400);
  const denied = await as<QuotaRequest>('admin', `/quota-requests/${first.id}/deny`, { note: 'No room.' });
  expect(denied.body).toMatchObject({ state: 'denied', decisionNote: 'No room.' });
  expect(await told('member')).toMatchObject([{ type: 'quota-request.denied' }]);

  const second = (await as<QuotaRequest>('owner', ofProject(), { limits: { vcpus: 50 }, reason: 'x' })).body;
  expect((await as('member', ofProject(`/${second.id}/cancel`), {})).status).toBe(403);
  expect((await as<QuotaRequest>('owner', ofProject(`/${second.id}/cancel`), {})).body.state).toBe('cancelled');
  const all = await as<Page<QuotaRequest>>('viewer', ofProject());
  expect(all.body.items.map(({ state }) => state)).toEqual(['cancelled', 'denied']);
  expect((await as<Page<QuotaRequest>>('viewer', ofProject('?state=denied'))).body.items).toHaveLength(1);
});

it('lists what waits first for admins, over pages', async () => {
  const ids = [];
  for (const wish of [50, 60, 70]) ids.push((await ask({ vcpus: wish })).body.id);
  await as('admin', `/quota-requests/${ids[2]}/deny`, { note: 'No.' });
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page<QuotaRequest> = (
      await as<Page<QuotaRequest>>(
        'admin',
        `/quota-requests?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      )
    ).body;
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual([ids[1], ids[0], ids[2]]);
});

it('says at which limit it is no rise, and of which pool there is none', async () => {
  expect((await ask({ vcpus: 40 })).body.errors.map(({ pointer }) => pointer)).toEqual(['/limits/vcpus']);
  expect((await ask({})).status).toBe(400);
  expect((await ask({ vcpus: 50 }, { poolId: crypto.randomUUID() })).status).toBe(404);
  const pool = { poolId: defaultPool };
  expect((await ask({ vcpus: 50 }, pool)).body.errors[0]?.pointer).toBe('/limits/vcpus');
  await inTx(world.web.owner, (tx) =>
    setPoolQuota(tx, { projectId: world.projectA, poolId: defaultPool }, { vcpus: 10 }),
  );
  const asked = await ask({ vcpus: 50 }, pool);
  expect(asked.body.pool).toMatchObject({ id: defaultPool });
  await grant(asked.body.id);
  const pools = await as<{ items: { quota: { vcpus: object } }[] }>(
    'viewer',
    `/projects/${world.projectA}/pool-quotas`,
  );
  expect(pools.body.items[0]?.quota.vcpus).toEqual({ used: 0, limit: 50 });
  expect(await vcpus()).toEqual({ used: 0, limit: 40 });
  expect((await grant((await ask({ vcpus: 90 })).body.id, { expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(400);
});

it('goes back when its time is over, whatever is used, once', async () => {
  const id = await granted({ vcpus: 100 }, { expiresAt: inAnHour() });
  await makeInstance(world.web.owner, { projectId: world.projectA, hostId: world.hostId, vcpus: 90 });
  expect(await endGrants()).toBe(0);
  await expire(id);
  const ended = await Promise.all([endGrants(), endGrants(), endGrants()]);
  expect(ended.reduce((sum, each) => sum + each)).toBe(1);
  expect(await vcpus()).toEqual({ used: 90, limit: 40 });
  expect((await told('member')).map(({ type }) => type)).toEqual(['quota-request.ended', 'quota-request.granted']);
  const audit = await world.web.owner.audit.findFirst({ where: { action: 'quotaRequest.end' } });
  expect(audit).toMatchObject({ targetId: id, actorId: null, detail: { lowered: { vcpus: 40 } } });
});

it.each([
  ['the later one ends first', ['second', 'first'], [80, 40]],
  ['the earlier one ends first', ['first', 'second'], [100, 40]],
] as const)('takes grants that overlap apart: %s', async (_, order, limits) => {
  const ids = {
    first: await granted({ vcpus: 80 }, { expiresAt: inAnHour() }),
    second: await granted({ vcpus: 100 }, { expiresAt: inAnHour() }),
  };
  for (const [at, which] of order.entries()) {
    await expire(ids[which]);
    await endGrants();
    expect((await vcpus()).limit).toBe(limits[at]);
  }
});

it('leaves what an admin has set by hand since, and what was granted for good', async () => {
  const first = await granted({ vcpus: 80 }, { expiresAt: inAnHour() });
  await limit({ vcpus: 70 });
  await expire(first);
  await endGrants();
  expect((await vcpus()).limit).toBe(70);
  const second = await granted({ vcpus: 90 }, { expiresAt: inAnHour() });
  await granted({ vcpus: 120 });
  await expire(second);
  await endGrants();
  expect((await vcpus()).limit).toBe(120);
});

it('shows and marks only one’s own notifications, and a token of a project only those of it', async () => {
  await ask({ vcpus: 50 });
  const [mine] = await told('admin');
  expect((await as<{ unread: number }>('admin', '/notifications/unread-count')).body.unread).toBe(1);
  for (const caller of ['owner', 'stranger'] as const)
    expect((await as<{ unread: number }>(caller, '/notifications/read', { ids: [mine?.id] })).body.unread).toBe(0);
  expect((await told('admin'))[0]?.readAt).toBeNull();
  const elsewhere = await world.web.tokenOf(world.users.admin, ['all'], { projectId: world.projectB });
  const unseen = await world.web.rest<Page<Notification>>('/notifications', { token: elsewhere });
  expect(unseen.body.items).toEqual([]);
  expect((await as<{ unread: number }>('admin', '/notifications/read', {})).body.unread).toBe(0);
  expect((await as<Page<Notification>>('admin', '/notifications?unread=true')).body.items).toEqual([]);
});

it('gives new projects the limits that an admin has set', async () => {
  const defaults = await as<Record<string, number>>('admin', '/quota-defaults', { vcpus: 7, addresses: 3 }, 'PUT');
  expect(defaults.body).toMatchObject({ vcpus: 7, addresses: 3, instances: 20 });
  const made = await as<{ quota: Record<string, { limit: number }> }>('admin', '/projects', {
    name: 'Team',
    quota: { instances: 5 },
  });
  expect(made.status).toBe(201);
  expect(made.body.quota).toMatchObject({ instances: { limit: 5 }, vcpus: { limit: 7 }, addresses: { limit: 3 } });
});

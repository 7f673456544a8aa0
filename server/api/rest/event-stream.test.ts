import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Change } from '#server/contract/event.ts';
import { inTx } from '#server/db/client.ts';
import { notify } from '#server/db/notification-store.ts';
import { trimOutbox } from '#server/db/outbox-store.ts';
import { newId } from '#server/platform/id.ts';
import { type AccessWorld, buildAccessWorld } from '#server/testing/access-world.ts';
import { makeFlavor, makeInstance } from '#server/testing/factories.ts';
import type { WebRequest } from '#server/testing/web-testbed.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

interface SseEvent {
  id: string;
  name: string;
  data: string;
}

/** Reads a stream as EventSource does, until it has seen what it waits for; also answers whether the server ended it. */
async function follow(
  credentials: Pick<WebRequest, 'cookie' | 'token'>,
  options: {
    query?: string;
    lastEventId?: string;
    until: (events: SseEvent[]) => boolean;
    onReady?: () => Promise<unknown>;
  },
): Promise<{ status: number; events: SseEvent[]; ended: boolean }> {
  const headers = new Headers();
  if (credentials.cookie) headers.set('cookie', credentials.cookie);
  if (credentials.token) headers.set('authorization', `Bearer ${credentials.token}`);
  if (options.lastEventId) headers.set('last-event-id', options.lastEventId);
  const response = await fetch(`${world.web.url}/api/v1/events${options.query ?? ''}`, {
    headers,
  });
  const events: SseEvent[] = [];
  if (!response.ok || !response.body) return { status: response.status, events, ended: true };
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      events.push({ id: field('id'), name: field('event'), data: field('data') });
      if (field('event') === 'ready') await options.onReady?.();
    }
    if (options.until(events)) return { status: response.status, events, ended: false };
  }
  return { status: response.status, events, ended: true };
}

const changesOf = (events: SseEvent[]): Change[] =>
  events.filter(({ name }) => name !== 'ready' && name !== 'ping').map(({ data }) => JSON.parse(data) as Change);
const made = () => makeInstance(world.web.owner, { projectId: world.projectA, hostId: world.hostId });

it('tells each change with the whole object, and goes on where a reader left off', async () => {
  let id = '';
  const first = await follow(world.credentials.viewer, {
    onReady: async () => {
      id = (await made()).id;
    },
    until: (events) => changesOf(events).some((change) => change.entityId === id),
  });
  const change = changesOf(first.events).find(({ entityId }) => entityId === id);
  expect(change).toMatchObject({ topic: 'instance', projectId: world.projectA, entity: { id, kind: 'vm' } });

  // Missed while nobody listened.
  const { id: later } = await made();
  const resumed = await follow(world.credentials.viewer, {
    lastEventId: first.events.at(-1)?.id,
    until: (events) => changesOf(events).some(({ entityId }) => entityId === later),
  });
  const seqs = changesOf(resumed.events).map(({ seq }) => Number(seq));
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(Math.min(...seqs)).toBeGreaterThan(Number(first.events.at(-1)?.id));
});

it('tells nobody what is not theirs to see, and only the topics that were asked for', async () => {
  let flavorId = '';
  let instanceId = '';
  const makeBoth = async () => {
    instanceId = (await made()).id;
    flavorId = (await makeFlavor(world.web.owner)).id;
  };
  const sawFlavor = (events: SseEvent[]): boolean => changesOf(events).some(({ entityId }) => entityId === flavorId);
  const stranger = await follow(world.credentials.stranger, { onReady: makeBoth, until: sawFlavor });
  expect(JSON.stringify(stranger.events)).not.toContain(instanceId);
  expect(new Set(changesOf(stranger.events).map(({ topic }) => topic))).toEqual(new Set(['flavor']));

  const topics = await follow(world.credentials.admin, {
    query: '?topics=flavor,volume',
    onReady: makeBoth,
    until: sawFlavor,
  });
  expect(new Set(changesOf(topics.events).map(({ topic }) => topic))).toEqual(new Set(['flavor']));
  const token = await world.web.tokenOf(world.users.owner, ['instance:read']);
  const scoped = await follow(
    { token },
    { onReady: makeBoth, until: (events) => changesOf(events).some(({ entityId }) => entityId === instanceId) },
  );
  expect(new Set(changesOf(scoped.events).map(({ topic }) => topic))).toEqual(new Set(['instance']));
});

it('tells of notifications only whom they are for, and no token of one project', async () => {
  const { users, projectA, web } = world;
  const told = { type: 'quota-request.created', projectId: projectA, target: { type: 'quota-request', id: newId() } };
  let lastFlavor = '';
  const tellBoth = async () => {
    await inTx(web.owner, (tx) => notify(tx, [users.admin, users.owner], told));
    lastFlavor = (await makeFlavor(web.owner)).id;
  };
  const end = (events: SseEvent[]): boolean => changesOf(events).some(({ entityId }) => entityId === lastFlavor);
  const heardBy = async (credentials: Pick<WebRequest, 'cookie' | 'token'>): Promise<string[]> => {
    const { events } = await follow(credentials, { onReady: tellBoth, until: end });
    return changesOf(events).flatMap(({ topic, entityId }) => (topic === 'notification' ? [entityId] : []));
  };
  expect(await heardBy(world.credentials.admin)).toEqual([users.admin]);
  expect(await heardBy(world.credentials.owner)).toEqual([users.owner]);
  for (const caller of ['member', 'stranger', 'auditor'] as const)
    expect(await heardBy(world.credentials[caller]), caller).toEqual([]);
  expect(await heardBy(world.credentials.tokenOfOtherProject)).toEqual([]);
});

it('ends soon after the token was revoked', async () => {
  const token = await world.web.tokenOf(world.users.owner, ['all']);
  const { ended } = await follow(
    { token },
    {
      onReady: () =>
        world.web.owner.apiToken.updateMany({ where: { userId: world.users.owner }, data: { revokedAt: new Date() } }),
      until: () => false,
    },
  );
  expect(ended).toBe(true);
});

it('stops telling of a project from which somebody was removed, and goes on otherwise', async () => {
  const { web, users, projectA } = world;
  const pairs: { instance: string; flavor: string }[] = [];
  let over = false;
  let making = Promise.resolve();
  const makePairs = async () => {
    await web.owner.membership.deleteMany({ where: { projectId: projectA, userId: users.member } });
    // An instance of the project, then a flavor, which everybody sees: once only the flavor comes, it has taken effect.
    for (let count = 0; count < 60 && !over; count++) {
      const { id: instance } = await made();
      pairs.push({ instance, flavor: (await makeFlavor(web.owner)).id });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const { ended, events } = await follow(world.credentials.member, {
    onReady: async () => {
      making = makePairs();
    },
    until: (seen) => {
      const ids = new Set(changesOf(seen).map(({ entityId }) => entityId));
      over = pairs.some(({ instance, flavor }) => ids.has(flavor) && !ids.has(instance));
      return over;
    },
  });
  await making;
  expect([over, ended]).toEqual([true, false]);
  const last = changesOf(events).findLast(({ topic }) => topic === 'instance');
  expect(last?.projectId ?? projectA).toBe(projectA);
});

it('refuses who is nobody, unknown topics, and a place that is no longer kept', async () => {
  const until = () => false;
  expect((await follow({}, { until })).status).toBe(401);
  expect((await follow(world.credentials.admin, { query: '?topics=passwords', until })).status).toBe(400);
  expect((await follow(world.credentials.admin, { lastEventId: 'x', until })).status).toBe(400);
  expect((await follow(world.credentials.admin, { lastEventId: '999999999', until })).status).toBe(410);
  await world.web.owner.outbox.updateMany({ data: { at: new Date(Date.now() - 3_600_000) } });
  await trimOutbox(world.web.owner, 60);
  const gone = await world.web.rest<{ code: string }>('/events', {
    ...world.credentials.admin,
    headers: { 'last-event-id': '0' },
  });
  expect([gone.status, gone.body.code]).toEqual([410, 'events_gone']);
});

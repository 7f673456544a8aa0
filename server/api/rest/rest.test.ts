import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listClaims } from '#server/db/claim-store.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { makeFlavor, makeImage, makeInstance, makeVolume } from '#server/testing/factories.ts';
import type { WebRequest } from '#server/testing/web-testbed.ts';

interface Problem {
  code: string;
  detail: string;
  errors: { pointer: string; code: string }[];
  requestId: string;
}
interface Started {
  instance: { id: string; name: string; state: string; version: number };
  operation: { id: string; state: string; done: boolean };
}

let world: AccessWorld;
let token: string;
beforeAll(async () => {
  world = await buildAccessWorld();
  token = await world.web.tokenOf(world.users.admin, ['all']);
});
afterAll(() => world.web.stop());

const rest = <Body = Problem>(path: string, request: WebRequest = {}) =>
  world.web.rest<Body>(path, { token, ...request });
const post = <Body = Problem>(path: string, body: unknown, headers: Record<string, string> = {}) =>
  rest<Body>(path, { method: 'POST', body, headers });
const instances = (): string => `/projects/${world.projectA}/instances`;
const container = (name = freshName()) => ({ kind: 'container', name, image: 'nginx:1', env: { SECRET: 'hunter2' } });

describe('long work', () => {
  it('answers 202 with the instance as it is being created, its operation and where to find it', async () => {
    const made = await post<Started>(instances(), container('web-1'));
    expect(made.status).toBe(202);
    expect(made.body).toMatchObject({ instance: { name: 'web-1', state: 'creating' }, operation: { done: false } });
    expect(made.headers.get('location')).toBe(`/api/v1/operations/${made.body.operation.id}`);
    const claims = await listClaims(world.web.owner, { projectId: world.projectA, ownerId: made.body.instance.id });
    expect(
      claims
        .filter(({ hostId, poolId }) => hostId === null && poolId === null)
        .map(({ resource, amount }) => [resource, amount])
        .sort(),
    ).toEqual([
      ['containers', 1],
      ['instances', 1],
      ['memoryMiB', 256],
      ['vcpus', 1],
    ]);
  });

  it('waits until the operation is done, and not longer than was asked for', async () => {
    const made = await post<Started>(instances(), container());
    const slow = await rest<Started>(`${instances()}/${made.body.instance.id}?keepVolumes=false&wait=1`, {
      method: 'DELETE',
    });
    // Busy being created: refused at once, however long it would wait.
    expect(slow.status).toBe(409);
    const cancel = await post<Started['operation']>(`/operations/${made.body.operation.id}/cancel?wait=1s`, {});
    expect(cancel.status).toBe(202);
    const looked = await rest<Started['operation']>(`/operations/${made.body.operation.id}?wait=1s`);
    expect([looked.status, looked.body.done]).toEqual([200, false]);
    const watching = rest<Started['operation']>(`/operations/${made.body.operation.id}?wait=30s`);
    const name = freshName();
    const waiting = post<Started>(`${instances()}?wait=30s`, container(name));
    // Both are told by the change of the row, which somebody else makes while they wait.
    const created = () => world.web.owner.operation.findFirst({ where: { targetName: name } });
    await expect.poll(created, { timeout: 20_000 }).not.toBeNull();
    const ended = { state: 'cancelled', endedAt: new Date() };
    const ids = [made.body.operation.id, (await created())?.id ?? ''];
    await world.web.owner.operation.updateMany({ where: { id: { in: ids } }, data: ended });
    const done = await waiting;
    expect([done.status, done.body.operation.done]).toEqual([200, true]);
    expect((await watching).body.done).toBe(true);
    expect((await post(`/operations/${made.body.operation.id}/cancel?wait=61s`, {})).body.errors[0]?.pointer).toBe(
      '/wait',
    );
  });

  it('never shows what was typed as secret', async () => {
    const made = await post(instances(), container());
    const list = await rest(`${instances()}?limit=200`);
    const operations = await rest('/operations?limit=200');
    const tables = await world.web.owner.$queryRawUnsafe(
      'SELECT (SELECT json_agg(t) FROM operation t) o, (SELECT json_agg(t) FROM outbox t) x, (SELECT json_agg(t) FROM audit t) a, (SELECT json_agg(t) FROM instance t) i, (SELECT json_agg(t) FROM idempotency_key t) k',
    );
    for (const said of [made, list, operations, tables]) expect(JSON.stringify(said)).not.toContain('hunter2');
    expect(JSON.stringify(made.body)).toContain('"envNames":["SECRET"]');
  });
});

describe('Idempotency-Key', () => {
  it('makes one instance of a hundred requests at once', async () => {
    const name = freshName();
    const key = { 'idempotency-key': freshName() };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post<Started>(instances(), container(name), key)),
    );
    const statuses = new Set(answers.map((answer) => answer.status));
    expect([...statuses].every((status) => status === 202 || status === 409)).toBe(true);
    const ids = new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body.instance.id));
    expect(ids.size).toBe(1);
    for (const busy of answers.filter(({ status }) => status === 409)) {
      expect((busy.body as unknown as Problem).code).toBe('idempotency_in_flight');
      expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const replay = await post<Started>(instances(), container(name), key);
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect([replay.status, ids.has(replay.body.instance.id)]).toEqual([202, true]);
    expect(replay.headers.get('location')).toContain(replay.body.operation.id);
    expect(await world.web.owner.instance.count({ where: { name } })).toBe(1);
  });

  it('refuses the same key for something else, and gives it back after a refusal', async () => {
    const key = { 'idempotency-key': freshName() };
    expect((await post(instances(), { ...container(), image: 'NOT VALID' }, key)).body.code).toBe('validation_failed');
    expect((await post(instances(), container('first-one'), key)).status).toBe(202);
    const other = await post(instances(), container('other-one'), key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('is needed with a token, and belongs to it', async () => {
    const bare = await fetch(`${world.web.url}/api/v1/flavors`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    expect(((await bare.json()) as Problem).code).toBe('idempotency_key_required');
    const key = { 'idempotency-key': freshName() };
    const other = await world.web.tokenOf(world.users.admin, ['all']);
    const first = await post<{ id: string }>(
      '/flavors',
      { name: freshName(), vcpus: 1, memoryMiB: 64, diskGiB: 1 },
      key,
    );
    const second = await world.web.rest<{ id: string }>('/flavors', {
      method: 'POST',
      token: other,
      headers: key,
      body: { name: freshName(), vcpus: 1, memoryMiB: 64, diskGiB: 1 },
    });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body.id).not.toBe(second.body.id);
  });
});

describe('versions', () => {
  it('guard a change against a faster one', async () => {
    const { id } = await makeFlavor(world.web.owner);
    const read = await rest<{ version: number }>(`/flavors/${id}`);
    const etag = read.headers.get('etag') ?? '';
    expect(etag).toBe(`"${read.body.version}"`);
    const put = (headers: Record<string, string>) =>
      rest(`/flavors/${id}`, {
        method: 'PUT',
        headers,
        body: { name: freshName(), vcpus: 2, memoryMiB: 64, diskGiB: 1 },
      });
    expect((await put({})).status).toBe(428);
    expect((await put({ 'if-match': etag })).status).toBe(200);
    const late = await put({ 'if-match': etag });
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed']);
    expect((await put({ 'if-match': 'W/"x"' })).status).toBe(412);
  });

  it('hold for work on instances too', async () => {
    const { id } = await makeInstance(world.web.owner, { projectId: world.projectA, hostId: world.hostId });
    const stop = await post(`${instances()}/${id}/stop`, {}, { 'if-match': '"999"' });
    expect(stop.status).toBe(412);
  });
});

describe('lists', () => {
  it('go on with a cursor that opens nowhere else', async () => {
    for (let count = 0; count < 5; count++) await makeFlavor(world.web.owner);
    const names: string[] = [];
    let cursor = '';
    do {
      const page = await rest<{ items: { name: string }[]; nextCursor: string | null }>(`/flavors?limit=2${cursor}`);
      names.push(...page.body.items.map((item) => item.name));
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor);
    expect(names.length).toBeGreaterThanOrEqual(5);
    expect(new Set(names).size).toBe(names.length);
    const { nextCursor } = (await rest<{ nextCursor: string }>('/flavors?limit=2')).body;
    for (const elsewhere of [`/hosts?cursor=${nextCursor}`, `/flavors?cursor=${nextCursor.slice(0, -2)}AA`])
      expect((await rest(elsewhere)).body.errors[0]?.pointer).toBe('/cursor');
    const stranger = await world.web.rest<Problem>(`/flavors?cursor=${nextCursor}`, world.credentials.stranger);
    expect(stranger.status).toBe(400);
  });
});

describe('what does not belong in a request', () => {
  it.each(['id', 'projectId', 'state', 'version', 'createdById', 'role', 'used'])(
    'refuses the field %s',
    async (field) => {
      const answer = await post(instances(), { ...container(), [field]: 'x' });
      expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: `/${field}`, code: 'unknown_field' })]);
    },
  );

  it('refuses parameters in the wrong place, twice, or unknown', async () => {
    expect((await post(instances(), { ...container(), project: world.projectB })).body.errors[0]?.pointer).toBe(
      '/project',
    );
    expect((await post(`${instances()}?name=x`, container())).body.errors[0]?.pointer).toBe('/name');
    expect((await rest('/flavors?limit=1&limit=2')).status).toBe(400);
    expect((await rest('/flavors?colour=red')).body.errors[0]?.pointer).toBe('/colour');
    expect((await rest('/flavors?limit=0')).body.errors[0]?.pointer).toBe('/limit');
  });

  it.each([
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '[]',
    '"x"',
    '{',
    '{"a":'.repeat(30) + '1' + '}'.repeat(30),
  ])('refuses the body %s', async (rawBody) => {
    const answer = await rest('/flavors', { method: 'POST', rawBody });
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('refuses other types, too much and too many', async () => {
    const text = await rest('/flavors', { method: 'POST', rawBody: '{}', headers: { 'content-type': 'text/plain' } });
    expect(text.body.code).toBe('unsupported_media_type');
    expect((await rest('/flavors', { method: 'POST', rawBody: 'x'.repeat(2 ** 20 + 1) })).status).toBe(413);
    for (const size of [-1, 0, 1.5, 2 ** 53, '1', null, Number.POSITIVE_INFINITY]) {
      const answer = await post('/flavors', { name: freshName(), vcpus: size, memoryMiB: 64, diskGiB: 1 });
      expect(answer.status, `vcpus ${size}`).toBe(400);
    }
  });
});

describe('paths and methods', () => {
  it('says what is allowed, and answers HEAD and OPTIONS', async () => {
    const wrong = await rest('/flavors', { method: 'DELETE' });
    expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'GET, HEAD, OPTIONS, POST',
    ]);
    const options = await rest('/flavors', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
    const head = await rest('/flavors', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, null]);
    const nothing = await rest('/nothing');
    expect([nothing.status, nothing.body.code]).toEqual([404, 'not_found']);
    expect(nothing.headers.get('content-type')).toBe('application/problem+json');
    expect(nothing.body.requestId).toBe(nothing.headers.get('x-request-id'));
  });

  it('tells the limits', async () => {
    const { headers } = await rest('/flavors');
    expect(headers.get('ratelimit-policy')).toContain('"credential";q=3000;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"credential";r=\d+$/);
  });
});

describe('things of another project', () => {
  it('are as if they were not there, whichever way they are named', async () => {
    const { web, projectA, projectB, hostId } = world;
    const theirs = { token: await web.tokenOf(world.users.otherOwner, ['all']) };
    const { id: instance } = await makeInstance(web.owner, { projectId: projectA, hostId });
    const { id: volume } = await makeVolume(web.owner, { projectId: projectA, hostId, bootable: true });
    const { id: image } = await makeImage(web.owner, { projectId: projectA });
    const unknown = await web.rest<Problem>(`/projects/${projectB}/instances/${crypto.randomUUID()}`, theirs);
    const same = ({ status, body }: { status: number; body: Problem }) => ({ status, ...body, requestId: '' });
    for (const path of [`/projects/${projectB}/instances/${instance}`, `/projects/${projectA}/instances/${instance}`]) {
      const answer = await web.rest<Problem>(path, theirs);
      expect(answer.status).toBe(404);
      if (path.includes(projectB)) expect(same(answer)).toEqual(same(unknown));
    }
    const vm = { kind: 'vm', name: freshName(), vcpus: 1, memoryMiB: 64, diskGiB: 5 };
    const create = (body: object) =>
      web.rest<Problem>(`/projects/${projectB}/instances`, { ...theirs, method: 'POST', body });
    expect((await create({ ...vm, imageId: image })).status).toBe(404);
    expect((await create({ ...vm, bootVolumeId: volume })).status).toBe(404);
    expect((await create({ ...container(), hostId })).status).toBe(403);
    expect((await web.rest<Problem>(`/images/${image}`, theirs)).status).toBe(404);
    expect((await web.rest<Problem>(`/images/${image}/data`, { ...theirs, method: 'PUT', rawBody: 'x' })).status).toBe(
      404,
    );
    expect((await web.rest<Problem>(`/projects/${projectB}/volumes/${volume}`, theirs)).status).toBe(404);
    const search = await web.rest<{ items: unknown[] }>(`/operations?project=${projectA}`, theirs);
    expect(search.body.items).toEqual([]);
  });
});

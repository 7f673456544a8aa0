import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { insertSetupLink } from '#server/db/setup-link-store.ts';
import { setPassword } from '#server/db/user-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import { hashPassword } from '#server/platform/password.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { makeInstance, makeUser } from '#server/testing/factories.ts';

/*
 * The audit as people read it. That each change and each refusal leaves exactly one record is walked through by the access matrix
 * test (testing/audit-watch.ts), for every change of the registry and every caller.
 */

interface Shown {
  id: string;
  action: string;
  outcome: string;
  code: string | null;
  actor: { id: string | null; name: string } | null;
  target: { type: string; id: string; name: string | null } | null;
  projectId: string | null;
}
interface Listed {
  items: Shown[];
  nextCursor: string | null;
}

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

const lastAudit = () => world.web.owner.audit.findFirstOrThrow({ orderBy: { id: 'desc' } });
const countAudit = () => world.web.owner.audit.count();

describe('what the matrix cannot do with one request', () => {
  it('signing in and changing a password are kept once, with who it was', async () => {
    const { web } = world;
    const { id, email } = await makeUser(web.owner);
    await inTx(web.owner, async (tx) => setPassword(tx, { id }, await hashPassword('correct horse battery')));
    const before = await countAudit();
    await web.trpc('auth.signIn', 'mutation', { email, password: 'correct horse battery' });
    expect(await lastAudit()).toMatchObject({ action: 'auth.signIn', outcome: 'done', actorId: id, targetId: id });
    await web.trpc('auth.signIn', 'mutation', { email, password: 'wrong' });
    expect(await lastAudit()).toMatchObject({ action: 'auth.signIn', outcome: 'refused', code: 'sign_in_failed' });
    const cookie = await web.sessionOf(id);
    const passwords = { current: 'correct horse battery', password: 'another long password' };
    expect((await web.trpc('auth.changePassword', 'mutation', passwords, { cookie })).status).toBe(200);
    expect(await lastAudit()).toMatchObject({ action: 'auth.changePassword', outcome: 'done', actorId: id });
    expect(await countAudit()).toBe(before + 3);
  });

  it('a reset is kept as what it was about: the user whose password was set', async () => {
    const { web } = world;
    const { id, name } = await makeUser(web.owner);
    await inTx(web.owner, (tx) =>
      insertSetupLink(tx, { tokenHash: sha256('setup_once'), purpose: 'reset', userId: id, ttlSeconds: 60 }),
    );
    const input = { token: 'setup_once', password: 'another long password' };
    expect((await web.trpc('auth.completeSetup', 'mutation', input)).status).toBe(200);
    expect(await lastAudit()).toMatchObject({
      action: 'auth.completeSetup',
      actorId: id,
      actorName: name,
      targetType: 'user',
      targetId: id,
    });
  });
});

describe('refusals', () => {
  it('stand in the project for whoever knows it, and name what they were about', async () => {
    const { web, credentials, projectA, hostId } = world;
    const { id: instance } = await makeInstance(web.owner, { projectId: projectA, hostId });
    await web.trpc('instance.delete', 'mutation', { project: projectA, instance }, credentials.viewer);
    expect(await lastAudit()).toMatchObject({
      action: 'instance.delete',
      code: 'forbidden',
      projectId: projectA,
      targetType: 'instance',
      targetId: instance,
    });
    await web.trpc('instance.delete', 'mutation', { project: projectA, instance }, credentials.stranger);
    expect(await lastAudit()).toMatchObject({ action: 'instance.delete', code: 'not_found', projectId: null });
  });

  it('of input that was never checked keep nothing that could break them', async () => {
    const { web, credentials } = world;
    for (const name of ['\u0000', 'x'.repeat(5_000), { toString: 1 }, ['x']]) {
      const before = await countAudit();
      const input = { project: name, flavor: name, name, vcpus: 1, memoryMiB: 64, diskGiB: 1 };
      expect((await web.trpc('flavor.create', 'mutation', input, credentials.member)).status).toBe(403);
      expect(await countAudit()).toBe(before + 1);
      expect(await lastAudit()).toMatchObject({ targetId: null, detail: {}, projectId: null });
    }
  });
});

it('keeps nothing secret', async () => {
  const { web, credentials, projectA } = world;
  const sentinel = 'sentinel-5f1c';
  const call = (name: string, input: object, by: keyof typeof credentials = 'admin') =>
    web.trpc(name, 'mutation', input, credentials[by]);
  const container = { project: projectA, kind: 'container', image: 'nginx:1', env: { KEY: `${sentinel}-env` } };
  const vm = { project: projectA, kind: 'vm', userData: `#cloud-config ${sentinel}`, vcpus: 1, memoryMiB: 64 };
  const ssh = { type: 'ssh', address: '192.0.2.1', credential: { type: 'password', password: `${sentinel}-ssh` } };
  const host = { connection: { ...ssh, fingerprint: `SHA256:${'A'.repeat(43)}` } };
  const statuses = [
    await call('instance.create', { ...container, name: freshName() }, 'owner'),
    await call('instance.create', { ...container, name: freshName() }, 'viewer'),
    await call('instance.create', { ...vm, name: freshName() }, 'owner'),
    await call('host.create', { ...host, name: freshName() }),
    await call('host.create', { ...host, name: freshName() }, 'member'),
    await call('auth.signIn', { email: 'nobody@example.org', password: sentinel }),
    await call('auth.changePassword', { current: sentinel, password: `${sentinel} long enough` }),
    await call('auth.completeSetup', { token: sentinel, password: `${sentinel} long enough` }),
  ].map(({ status }) => status);
  expect(statuses.filter((status) => status < 300).length).toBeGreaterThanOrEqual(2);
  const made = await web.trpc<{ secret?: string; token?: unknown }>(
    'token.create',
    'mutation',
    { name: 'x', scopes: ['self:read'] },
    credentials.owner,
  );
  const minted = /atoll_[\w-]{20,}/.exec(JSON.stringify(made.body))?.[0];
  expect(minted).toBeDefined();
  const rows = await web.owner.$queryRaw<{ row: string }[]>`SELECT to_jsonb(a)::text AS row FROM audit a`;
  const kept = rows.map(({ row }) => row).join('\n');
  expect(kept).not.toContain(sentinel);
  expect(kept).not.toContain(minted);
});

it('a change whose record cannot be written does not happen, and none is left of one that fails', async () => {
  const { web, credentials } = world;
  const flavor = { vcpus: 1, memoryMiB: 64, diskGiB: 1 };
  const names = [freshName(), freshName()];
  await web.owner.$executeRawUnsafe(`
    CREATE FUNCTION fail_for_test() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`);
  const before = await countAudit();
  await web.owner.$executeRawUnsafe(
    'CREATE TRIGGER zz_fail BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION fail_for_test()',
  );
  expect((await web.trpc('flavor.create', 'mutation', { name: names[0], ...flavor }, credentials.admin)).status).toBe(
    500,
  );
  await web.owner.$executeRawUnsafe('DROP TRIGGER zz_fail ON audit');
  // Killed between the change and its commit.
  await web.owner.$executeRawUnsafe(`
    CREATE FUNCTION die_for_test() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`);
  await web.owner.$executeRawUnsafe(`CREATE CONSTRAINT TRIGGER zz_die AFTER INSERT ON audit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die_for_test()`);
  const killed = await web.trpc('flavor.create', 'mutation', { name: names[1], ...flavor }, credentials.admin);
  expect(killed.status).toBeGreaterThanOrEqual(500);
  await web.owner.$executeRawUnsafe('DROP TRIGGER zz_die ON audit');
  expect(await web.owner.flavor.count({ where: { name: { in: names } } })).toBe(0);
  expect(await countAudit()).toBe(before);
});

describe('reading', () => {
  const list = async (path: string, by: keyof AccessWorld['credentials'] = 'admin') => {
    const { status, body } = await world.web.rest<Listed>(path, world.credentials[by]);
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };

  beforeAll(async () => {
    const { web, credentials, projectA, projectB, hostId } = world;
    for (const [project, by] of [
      [projectA, 'owner'],
      [projectA, 'viewer'],
      [projectB, 'otherOwner'],
    ] as const)
      for (let count = 0; count < 3; count++) {
        const { id: instance } = await makeInstance(web.owner, { projectId: project, hostId });
        const input = { project, instance, name: freshName() };
        await web.trpc('instance.rename', 'mutation', input, credentials[by]);
      }
  });

  it('names what it was done to, also when nobody said its name', async () => {
    const { web, projectA, hostId, credentials } = world;
    const { id: instance, name } = await makeInstance(web.owner, { projectId: projectA, hostId });
    await web.trpc('instance.pause', 'mutation', { project: projectA, instance }, credentials.owner);
    const [newest] = (await list(`/projects/${projectA}/audit?target=${instance}`, 'owner')).items;
    expect(newest).toMatchObject({ action: 'instance.pause', target: { type: 'instance', id: instance, name } });
  });

  it('filters by who, what, on what, outcome, time and text', async () => {
    const { users } = world;
    const every = (items: Shown[], test: (item: Shown) => boolean) => {
      expect(items.length).toBeGreaterThan(0);
      expect(items.filter((item) => !test(item))).toEqual([]);
    };
    every((await list(`/audit?actor=${users.viewer}`)).items, ({ actor }) => actor?.id === users.viewer);
    every((await list('/audit?actor=omebod')).items, ({ actor }) => actor?.name === 'Somebody');
    every((await list('/audit?action=instance.rename')).items, ({ action }) => action === 'instance.rename');
    every((await list('/audit?action=auth')).items, ({ action }) => action.startsWith('auth.'));
    expect((await list('/audit?action=inst')).items).toEqual([]);
    every((await list('/audit?outcome=refused')).items, ({ outcome }) => outcome === 'refused');
    const [newest] = (await list('/audit?action=instance.rename&limit=1')).items;
    every((await list(`/audit?target=${newest?.target?.id}`)).items, ({ target }) => target?.id === newest?.target?.id);
    every((await list('/audit?search=sign_in_failed')).items, ({ code }) => code === 'sign_in_failed');
    expect((await list('/audit?search=%25_%25')).items).toEqual([]);
    expect((await list('/audit?to=2020-01-01T00:00:00Z')).items).toEqual([]);
    expect((await list('/audit?from=2020-01-01T00:00:00Z')).items.length).toBeGreaterThan(0);
  });

  it('of a project shows that project alone, page by page, and cursors do not leave it', async () => {
    const { projectA, projectB, web, credentials } = world;
    const seen: Shown[] = [];
    let cursor = '';
    do {
      const page: Listed = await list(`/projects/${projectA}/audit?limit=2${cursor && `&cursor=${cursor}`}`, 'owner');
      seen.push(...page.items);
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(new Set(seen.map(({ projectId }) => projectId))).toEqual(new Set([projectA]));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect((await list(`/audit?within=${projectA}&limit=200`)).items.map(({ id }) => id)).toEqual(
      seen.map(({ id }) => id),
    );
    const first = await list(`/projects/${projectA}/audit?limit=2`, 'admin');
    const stolen = await web.rest(`/projects/${projectB}/audit?limit=2&cursor=${first.nextCursor}`, credentials.admin);
    expect(stolen.status).toBe(400);
  });

  const textOf = async (path: string, by: keyof AccessWorld['credentials']) => {
    const { cookie, token } = world.credentials[by];
    const headers = { ...(cookie && { cookie }), ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${world.web.url}/api/v1${path}`, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('exports what the list shows, as CSV and as JSON lines', async () => {
    const { projectA } = world;
    const listed = (await list(`/projects/${projectA}/audit?limit=200`, 'owner')).items;
    const lines = await textOf(`/projects/${projectA}/audit/export?format=jsonl`, 'owner');
    expect(lines.headers.get('content-disposition')).toMatch(/^attachment; filename="atoll-audit-project-.*\.jsonl"$/);
    expect(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(listed);
    const csv = await textOf('/audit/export?format=csv&outcome=refused', 'auditor');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.text.split('\r\n')[0]).toMatch(/^\u{feff}?id,at,actor,/u);
    expect(csv.text).not.toContain(',done,');
    expect((await textOf('/audit/export?format=xml', 'admin')).status).toBe(400);
    expect((await textOf('/audit/export?format=csv&limit=5', 'admin')).status).toBe(400);
  });

  it('exports no formula that a spreadsheet would run', async () => {
    const { web, projectA, users } = world;
    for (const name of ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', 'a"b,c'])
      await inTx(web.owner, async (tx) => {
        await tx.user.update({ where: { id: users.owner }, data: { name } });
      }).then(() => web.trpc('flavor.create', 'mutation', {}, world.credentials.owner));
    const { text } = await textOf('/audit/export?format=csv&action=flavor', 'admin');
    for (const cell of [`"'=HYPERLINK(""http://x"")"`, `'+1`, `'-1`, `'@SUM(A1)`, `'\t=1`, `"a""b,c"`])
      expect(text).toContain(`,${cell},`);
    expect(text).not.toMatch(/(^|,|\n)"?[=+@]/);
    expect(projectA).toBeDefined();
  });

  it('is exported to those who may read it, and who may not is kept', async () => {
    const { projectA } = world;
    const statuses: Record<string, number[]> = {};
    for (const by of ['anonymous', 'stranger', 'viewer', 'member', 'owner', 'auditor', 'tokenWithoutScope'] as const)
      statuses[by] = [
        (await textOf('/audit/export?format=csv', by)).status,
        (await textOf(`/projects/${projectA}/audit/export?format=csv`, by)).status,
        (await textOf('/usage/export?format=csv', by)).status,
        (await textOf(`/projects/${projectA}/usage/export?format=json`, by)).status,
      ];
    expect(statuses).toEqual({
      anonymous: [401, 401, 401, 401],
      stranger: [403, 404, 403, 404],
      viewer: [403, 403, 403, 200],
      member: [403, 403, 403, 200],
      owner: [403, 200, 403, 200],
      auditor: [200, 200, 200, 200],
      tokenWithoutScope: [403, 403, 403, 403],
    });
    const refused = await world.web.owner.audit.findMany({ where: { action: 'audit.export' } });
    expect(refused.length).toBeGreaterThanOrEqual(8);
    expect(refused.some((row) => row.projectId === projectA)).toBe(true);
  });
});

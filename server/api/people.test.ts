import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { setMembership } from '#server/db/membership-store.ts';
import { putSetting } from '#server/db/setting-store.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { makeProject, makeUser } from '#server/testing/factories.ts';

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

const codeOf = (body: unknown) => (body as { code?: string }).code;
const as = (who: keyof AccessWorld['users']) => world.credentials[who];
const ownProject = async () => (await makeProject(world.web.owner, { ownerId: world.users.owner })).id;
const person = async () => {
  const user = await makeUser(world.web.owner);
  return { ...user, cookie: await world.web.sessionOf(user.id) };
};
const put = (project: string, user: string, body: object, who: keyof AccessWorld['users'] = 'owner') =>
  world.web.rest<{ role: string; permissions: string[] }>(`/projects/${project}/members/${user}`, {
    method: 'PUT',
    body,
    ...as(who),
  });
const remove = (project: string, user: string, cookie: string | undefined) =>
  world.web.rest(`/projects/${project}/members/${user}`, { method: 'DELETE', cookie: cookie ?? '' });

describe('roles', () => {
  it('are put together by admins, and count at the moment of use', async () => {
    const { web } = world;
    const made = await web.rest<{ id: string; version: number }>('/roles', {
      method: 'POST',
      body: { name: freshName(), permissions: ['volume:read', 'project:read', 'project:read'] },
      ...as('admin'),
    });
    expect(made).toMatchObject({ status: 201, body: { permissions: ['project:read', 'volume:read'], members: 0 } });
    const project = await ownProject();
    const someone = await person();
    expect((await put(project, someone.id, { customRoleId: made.body.id }, 'admin')).status).toBe(200);
    const read = (path: string) => web.rest(`/projects/${project}/${path}`, { cookie: someone.cookie });
    expect((await read('volumes')).status).toBe(200);
    expect((await read('instances')).status).toBe(403);

    const patch = (version: number) =>
      web.rest(`/roles/${made.body.id}`, {
        method: 'PATCH',
        body: { permissions: ['project:read', 'instance:read'] },
        headers: { 'if-match': `"${version}"` },
        ...as('admin'),
      });
    expect(codeOf((await patch(99)).body)).toBe('precondition_failed');
    expect((await patch(made.body.version)).status).toBe(200);
    expect((await read('volumes')).status).toBe(403);
    expect((await read('instances')).status).toBe(200);

    const drop = () => web.rest<{ detail: string }>(`/roles/${made.body.id}`, { method: 'DELETE', ...as('admin') });
    const held = await drop();
    expect(codeOf(held.body)).toBe('in_use');
    expect(held.body.detail).toContain(someone.name);
    await remove(project, someone.id, as('owner').cookie);
    expect((await drop()).status).toBe(204);
  });

  it('refuse a name that is taken, no permission, and permissions of the system', async () => {
    const make = (body: object) => world.web.rest('/roles', { method: 'POST', body, ...as('admin') });
    expect(codeOf((await make({ name: 'operator', permissions: ['project:read'] })).body)).toBe('name_taken');
    expect((await make({ name: 'x', permissions: [] })).status).toBe(400);
    expect((await make({ name: 'x', permissions: ['host:write'] })).status).toBe(400);
  });
});

describe('members', () => {
  it('nobody gives or takes more than they hold', async () => {
    const { web } = world;
    const project = await ownProject();
    const recruiter = await person();
    const permissions = ['project:read', 'member:read', 'member:manage', 'instance:read'];
    const role = { name: freshName(), permissions };
    const { body } = await web.rest<{ id: string }>('/roles', { method: 'POST', body: role, ...as('admin') });
    await inTx(web.owner, (tx) =>
      setMembership(tx, { projectId: project, userId: recruiter.id }, { customRoleId: body.id }),
    );
    const someone = await person();
    await put(project, someone.id, { customRoleId: world.roleId }, 'admin');
    const give = (user: string, choice: object) =>
      web.rest<{ detail: string }>(`/projects/${project}/members/${user}`, {
        method: 'PUT',
        body: choice,
        cookie: recruiter.cookie,
      });
    // The operator's role holds instance:operate, which the recruiter does not.
    const taken = await give(someone.id, { customRoleId: body.id });
    expect([taken.status, taken.body.detail]).toEqual([403, expect.stringContaining('instance:operate')]);
    await put(project, someone.id, { customRoleId: body.id }, 'admin');
    expect((await give(someone.id, { role: 'viewer' })).status).toBe(403);
    expect((await give(someone.id, { role: 'owner' })).status).toBe(403);
    expect((await give(world.users.owner, { customRoleId: body.id })).status).toBe(403);
    expect((await remove(project, world.users.owner, recruiter.cookie)).status).toBe(403);
    const invite = (choice: object) =>
      web.rest(`/projects/${project}/invitations`, {
        method: 'POST',
        body: { email: `${freshName()}@example.org`, ...choice },
        cookie: recruiter.cookie,
      });
    expect((await invite({ role: 'owner' })).status).toBe(403);
    expect((await invite({ customRoleId: body.id })).status).toBe(201);
    expect((await remove(project, someone.id, recruiter.cookie)).status).toBe(204);
  });

  it('a token gives no more than its scopes', async () => {
    const { web, users } = world;
    const project = await ownProject();
    const someone = await person();
    await put(project, someone.id, { role: 'viewer' }, 'admin');
    const token = await web.tokenOf(users.owner, ['project:read', 'member:manage']);
    const set = { method: 'PUT', body: { role: 'owner' }, token };
    expect((await web.rest(`/projects/${project}/members/${someone.id}`, set)).status).toBe(403);
    const all = await web.tokenOf(users.owner, ['all']);
    expect((await web.rest(`/projects/${project}/members/${someone.id}`, { ...set, token: all })).status).toBe(200);
  });

  it('a project keeps an owner, also of two who leave at once', async () => {
    const project = await ownProject();
    const second = await person();
    expect(codeOf((await remove(project, world.users.owner, as('owner').cookie)).body)).toBe('state_conflict');
    expect(codeOf((await put(project, world.users.owner, { role: 'member' })).body)).toBe('state_conflict');
    await put(project, second.id, { role: 'owner' }, 'admin');
    const left = await Promise.all([
      remove(project, world.users.owner, as('owner').cookie),
      remove(project, second.id, second.cookie),
    ]);
    expect(left.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await world.web.owner.membership.count({ where: { projectId: project, role: 'owner' } })).toBe(1);
  });

  it('strangers are invited, not added, but for admins; who is removed sees nothing any more', async () => {
    const project = await ownProject();
    const someone = await person();
    expect((await put(project, someone.id, { role: 'viewer' })).status).toBe(404);
    expect((await put(project, crypto.randomUUID(), { role: 'viewer' }, 'admin')).status).toBe(404);
    expect((await put(project, someone.id, { role: 'viewer' }, 'admin')).status).toBe(200);
    expect((await put(project, someone.id, { role: 'member', customRoleId: world.roleId })).status).toBe(400);
    expect((await put(project, someone.id, {})).status).toBe(400);
    const read = () => world.web.rest(`/projects/${project}`, { cookie: someone.cookie });
    expect((await read()).status).toBe(200);
    const list = await world.web.rest<{ items: { id: string }[] }>(`/projects/${project}/members`, as('owner'));
    expect(list.body.items.map(({ id }) => id)).toContain(someone.id);
    await remove(project, someone.id, as('owner').cookie);
    expect((await read()).status).toBe(404);
    expect((await remove(project, someone.id, as('owner').cookie)).status).toBe(404);
  });
});

describe('invitations', () => {
  const invite = async (project: string, email: string) => {
    const body = { email, role: 'member' };
    const answer = await world.web.rest<{ path: string; invitation: { id: string; state: string } }>(
      `/projects/${project}/invitations`,
      { method: 'POST', body, ...as('owner') },
    );
    return { ...answer, token: answer.body.path?.split('#token=')[1] ?? '' };
  };
  const accept = (token: string, cookie: string) =>
    world.web.trpc<{ slug: string }>('invitation.accept', 'mutation', { token }, { cookie });
  const problem = (answer: { body: { error?: { data: { problem: Record<string, unknown> } } } }) =>
    answer.body.error?.data.problem;

  it('are for one mailbox and one use; only their hash is kept', async () => {
    const project = await ownProject();
    const someone = await person();
    const { status, token, body } = await invite(project, someone.email.toUpperCase());
    expect([status, body.path]).toEqual([201, `/invitation#token=${token}`]);
    const info = await world.web.trpc('invitation.info', 'query', { token }, { cookie: someone.cookie });
    expect(info.body.result?.data).toMatchObject({ email: someone.email, hasAccount: true, signedInAs: someone.email });
    const wrong = await accept(token, as('stranger').cookie ?? '');
    expect(problem(wrong)).toMatchObject({ code: 'forbidden', detail: expect.stringContaining(someone.email) });

    const stored = await world.web.owner.invitation.findUniqueOrThrow({ where: { id: body.invitation.id } });
    expect(JSON.stringify(stored)).not.toContain(token);
    expect((await invite(project, someone.email)).status).toBe(409);

    const answers = await Promise.all([accept(token, someone.cookie), accept(token, someone.cookie)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 410]);
    expect(problem(await accept(token, someone.cookie))?.code).toBe('setup_done');
    expect((await invite(project, someone.email)).status).toBe(409);
    const list = await world.web.rest<{ items: { state: string }[] }>(`/projects/${project}/invitations`, as('owner'));
    expect(list.body.items.map(({ state }) => state)).toEqual(['accepted']);
    expect(JSON.stringify(list.body)).not.toContain(token);
  });

  it('make the account of an address that is not known, signed in, once', async () => {
    const project = await ownProject();
    const email = `${freshName()}@example.org`;
    const { token } = await invite(project, email);
    const join = () =>
      world.web.trpc<{ me: { user: { email: string; role: string }; projects: { id: string; role: string }[] } }>(
        'invitation.join',
        'mutation',
        { token, name: 'Newcomer', password: 'long enough password' },
      );
    const joined = await join();
    expect(joined.body.result?.data.me).toMatchObject({
      user: { email, role: 'user' },
      projects: [{ id: project, role: 'member' }],
    });
    expect(joined.headers.getSetCookie()[0]).toMatch(/^atoll=/);
    expect(problem(await join())?.code).toBe('setup_done');
  });

  it('give no session before the second factor that everybody must have is set up', async () => {
    const { owner } = world.web;
    const { token } = await invite(await ownProject(), `${freshName()}@example.org`);
    await inTx(owner, (tx) => putSetting(tx, 'secondFactorPolicy', { who: 'everybody' }));
    try {
      const input = { token, name: 'Newcomer', password: 'long enough password' };
      const joined = await world.web.trpc('invitation.join', 'mutation', input);
      expect(joined.body.result?.data).toMatchObject({ step: 'enrol', me: null });
      expect(joined.headers.getSetCookie().filter((each) => each.startsWith('atoll='))).toEqual([]);
    } finally {
      await inTx(owner, (tx) => putSetting(tx, 'secondFactorPolicy', { who: 'nobody' }));
    }
  });

  it('of a known address make no second account', async () => {
    const someone = await person();
    const { token } = await invite(await ownProject(), someone.email);
    const input = { token, name: 'Thief', password: 'long enough password' };
    expect(problem(await world.web.trpc('invitation.join', 'mutation', input))?.code).toBe('conflict');
  });

  it('end by revoking, by time and with the project', async () => {
    const project = await ownProject();
    const someone = await person();
    const first = await invite(project, someone.email);
    const revoke = (where: string) =>
      world.web.rest(`/projects/${where}/invitations/${first.body.invitation.id}`, {
        method: 'DELETE',
        ...as('owner'),
      });
    expect((await revoke(await ownProject())).status).toBe(404);
    expect((await revoke(project)).status).toBe(204);
    expect(problem(await accept(first.token, someone.cookie))?.code).toBe('setup_done');

    const second = await invite(project, someone.email);
    await world.web.owner.invitation.update({
      where: { id: second.body.invitation.id },
      data: { expiresAt: new Date(Date.now() - 1000) },
    });
    expect(problem(await accept(second.token, someone.cookie))?.code).toBe('setup_done');

    const third = await invite(project, someone.email);
    await world.web.rest(`/projects/${project}/archive`, { method: 'POST', ...as('owner') });
    expect(problem(await accept(third.token, someone.cookie))?.code).toBe('state_conflict');
  });

  it('are guessed at only so often', async () => {
    const guess = () => world.web.trpc('invitation.info', 'query', { token: 'invite_guess' });
    const codes: unknown[] = [];
    for (let count = 0; count < 40; count++) codes.push(problem(await guess())?.code);
    expect(codes.at(-1)).toBe('rate_limited');
  });
});

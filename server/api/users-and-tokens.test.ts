import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenScope } from '#server/contract/permissions.ts';
import { putSetting } from '#server/db/setting-store.ts';
import { isAllowedFrom } from '#server/services/token/allowed-from.ts';
import { makeProject, makeUser } from '#server/testing/factories.ts';
import { startWebTestbed, type WebTestbed } from '#server/testing/web-testbed.ts';

let web: WebTestbed;
/** Another process on the same database. */
let other: WebTestbed;
let admin: string;
let adminId: string;
beforeAll(async () => {
  web = await startWebTestbed({ trustedProxies: ['127.0.0.0/8'] });
  other = await startWebTestbed({ beside: web, trustedProxies: ['127.0.0.0/8'] });
  adminId = (await makeUser(web.owner, { role: 'admin' })).id;
  admin = await web.sessionOf(adminId);
});
afterAll(async () => {
  await other?.stop();
  await web?.stop();
});

const person = async () => {
  const user = await makeUser(web.owner);
  return { ...user, cookie: await web.sessionOf(user.id), token: await web.tokenOf(user.id, ['all']) };
};
const post = (path: string, cookie = admin) => web.rest<Record<string, unknown>>(path, { method: 'POST', cookie });
const codeOf = (body: unknown) => (body as { code?: string }).code;

describe('users', () => {
  it('are found by name and e-mail, with their last sign-in', async () => {
    const someone = await person();
    const list = await web.rest<{ items: Record<string, unknown>[] }>(`/users?search=${someone.email.slice(0, 20)}`, {
      cookie: admin,
    });
    expect(list.body.items).toMatchObject([{ id: someone.id, disabled: false, hasPassword: false }]);
    expect(list.body.items[0]?.lastSignInAt).toEqual(expect.any(String));
    const none = await web.rest<{ items: unknown[] }>('/users?search=100%25', { cookie: admin });
    expect(none.body.items).toEqual([]);
  });

  it('that are disabled are out at once, in every process; enabled again they sign in anew', async () => {
    const someone = await person();
    for (const process of [web, other])
      for (const credentials of [{ cookie: someone.cookie }, { token: someone.token }])
        expect((await process.rest('/me', credentials)).status).toBe(200);
    expect((await post(`/users/${someone.id}/disable`)).body).toMatchObject({ disabled: true });
    for (const process of [web, other])
      for (const credentials of [{ cookie: someone.cookie }, { token: someone.token }])
        expect((await process.rest('/me', credentials)).status).toBe(401);
    const reset = await web.trpc('user.reset', 'mutation', { user: someone.id }, { cookie: admin });
    expect(reset.body.error?.data.problem.code).toBe('state_conflict');
    await post(`/users/${someone.id}/enable`);
    for (const credentials of [{ cookie: someone.cookie }, { token: someone.token }])
      expect((await other.rest('/me', credentials)).status).toBe(401);
    expect((await web.rest('/me', { cookie: await web.sessionOf(someone.id) })).status).toBe(200);
  });

  it('that become admins without the second factor which admins must have sign in anew', async () => {
    const someone = await person();
    await putSetting(web.owner, 'secondFactorPolicy', { who: 'admins' });
    try {
      const input = { user: someone.id, role: 'admin' };
      expect((await web.trpc('user.update', 'mutation', input, { cookie: admin })).status).toBe(200);
      expect((await web.rest('/me', { cookie: someone.cookie })).status).toBe(401);
    } finally {
      await putSetting(web.owner, 'secondFactorPolicy', { who: 'nobody' });
      await web.trpc('user.update', 'mutation', { user: someone.id, role: 'user' }, { cookie: admin });
    }
  });

  it('the last admin is neither disabled nor demoted nor deleted, also not by two at once', async () => {
    const second = await makeUser(web.owner, { role: 'admin' });
    const cookie = await web.sessionOf(second.id);
    const demote = (user: string, by: string) =>
      web.rest(`/users/${user}`, { method: 'PATCH', body: { role: 'user' }, cookie: by });
    const both = await Promise.all([demote(adminId, cookie), demote(second.id, admin)]);
    expect(both.map(({ status }) => status).sort()).toEqual(expect.arrayContaining([200]));
    expect(await web.owner.user.count({ where: { role: 'admin', disabledAt: null } })).toBe(1);
    await web.owner.user.update({ where: { id: adminId }, data: { role: 'admin' } });
    await web.owner.user.update({ where: { id: second.id }, data: { role: 'user' } });
    for (const answer of [
      await demote(adminId, admin),
      await post(`/users/${adminId}/disable`),
      await web.rest(`/users/${adminId}`, { method: 'DELETE', cookie: admin }),
    ])
      expect([answer.status, codeOf(answer.body)]).toEqual([409, 'state_conflict']);
  });

  it('are signed out, renamed with If-Match, reset by a link, and deleted when they own nothing alone', async () => {
    const someone = await person();
    expect((await post(`/users/${someone.id}/sign-out`)).body).toEqual({ ended: 1 });
    expect((await web.rest('/me', { cookie: someone.cookie })).status).toBe(401);
    const rename = (version: number) =>
      web.rest<{ version: number }>(`/users/${someone.id}`, {
        method: 'PATCH',
        body: { name: 'Renamed' },
        headers: { 'if-match': `"${version}"` },
        cookie: admin,
      });
    expect((await rename(7)).status).toBe(412);
    expect((await rename(1)).body).toMatchObject({ name: 'Renamed', version: 2 });
    const reset = await web.trpc<{ setupPath: string }>(
      'user.reset',
      'mutation',
      { user: someone.id },
      { cookie: admin },
    );
    expect(reset.body.result?.data.setupPath).toMatch(/^\/setup#token=/);

    const project = await makeProject(web.owner, { ownerId: someone.id });
    const get = await web.rest<{ memberships: unknown[] }>(`/users/${someone.id}`, { cookie: admin });
    expect(get.body.memberships).toMatchObject([{ projectId: project.id, role: 'owner', onlyOwner: true }]);
    const drop = () => web.rest<{ detail: string }>(`/users/${someone.id}`, { method: 'DELETE', cookie: admin });
    const refused = await drop();
    expect(codeOf(refused.body)).toBe('in_use');
    expect(refused.body.detail).toContain(project.name);
    await web.rest(`/projects/${project.id}/members/${adminId}`, {
      method: 'PUT',
      body: { role: 'owner' },
      cookie: admin,
    });
    expect((await drop()).status).toBe(204);
    expect((await web.rest('/me', { token: someone.token })).status).toBe(401);
  });
});

describe('tokens', () => {
  const create = async (body: object, cookie: string) => {
    const given = { name: 'x', scopes: ['all'] satisfies TokenScope[], ...body };
    return web.rest<{ secret: string; token: { id: string; allowedIps: string[] } }>('/tokens', {
      method: 'POST',
      body: given,
      cookie,
    });
  };
  const from = (process: WebTestbed, token: string, address: string) =>
    process.rest('/me', { token, headers: { 'x-forwarded-for': address } });

  it('work from the addresses they are bound to, in every process, and tell where they were used', async () => {
    const someone = await person();
    const { body } = await create({ allowedIps: ['203.0.113.7', '2001:db8::/32'] }, someone.cookie);
    expect(body.token.allowedIps).toEqual(['203.0.113.7', '2001:db8::/32']);
    for (const process of [web, other]) {
      expect((await from(process, body.secret, '203.0.113.7')).status).toBe(200);
      expect((await from(process, body.secret, '203.0.113.8')).status).toBe(401);
      expect((await from(process, body.secret, '2001:db8:1::5')).status).toBe(200);
      expect((await from(process, body.secret, '2001:db9::5')).status).toBe(401);
    }
    const list = await web.rest<{ items: { id: string; lastUsedIp: string }[] }>('/tokens', { cookie: someone.cookie });
    expect(list.body.items.find(({ id }) => id === body.token.id)?.lastUsedIp).toBe('2001:db8:1::5');
    for (const allowedIps of [['10.0.0.0/33'], ['example.org'], ['1.2.3.4/8/9'], ['1.2.3']])
      expect((await create({ allowedIps }, someone.cookie)).status).toBe(400);
  });

  it.each([
    [[], 'unknown', true],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    [['0.0.0.0/0'], 'unknown', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
  ])('%j from %s: %s', (allowed, address, expected) => {
    expect(isAllowedFrom(allowed, address)).toBe(expected);
  });

  it('that are revoked are refused by every process with the next request', async () => {
    const someone = await person();
    const { body } = await create({}, someone.cookie);
    expect((await other.rest('/me', { token: body.secret })).status).toBe(200);
    await web.rest(`/tokens/${body.token.id}`, { method: 'DELETE', cookie: someone.cookie });
    for (const process of [other, web]) expect((await process.rest('/me', { token: body.secret })).status).toBe(401);
  });

  it('mint nothing: no token, no invitation, no user, no link, no role of an admin', async () => {
    const token = await web.tokenOf(adminId, ['all']);
    const someone = await person();
    const { id: project } = await makeProject(web.owner, { ownerId: adminId });
    const tries = [
      await web.rest('/tokens', { method: 'POST', body: { name: 'x', scopes: ['all'] }, token }),
      await web.rest(`/projects/${project}/invitations`, {
        method: 'POST',
        body: { email: 'eve@example.org', role: 'viewer' },
        token,
      }),
      await web.rest(`/users/${someone.id}`, { method: 'PATCH', body: { role: 'admin' }, token }),
      await web.trpc('user.create', 'mutation', { email: 'eve@example.org', name: 'Eve' }, { token }),
      await web.trpc('user.reset', 'mutation', { user: someone.id }, { token }),
      await web.trpc('invitation.accept', 'mutation', { token: 'invite_x' }, { token }),
      await web.trpc('auth.changePassword', 'mutation', { current: 'x', password: 'long enough password' }, { token }),
    ];
    expect(tries.map(({ status }) => status)).toEqual(tries.map(() => 403));
    // What it may read and end, it may.
    expect((await web.rest('/users', { token })).status).toBe(200);
    expect((await web.rest(`/users/${someone.id}/sign-out`, { method: 'POST', token })).status).toBe(200);
  });
});

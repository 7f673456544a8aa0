import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeUser } from '#server/testing/factories.ts';
import { startTestDirectory, type TestDirectory } from '#server/testing/ldap-directory.ts';
import { followProvider, type OpenidProvider, startOpenidProvider } from '#server/testing/openid-provider.ts';
import { startWebTestbed, type WebTestbed } from '#server/testing/web-testbed.ts';

let web: WebTestbed;
let openid: OpenidProvider;
let directory: TestDirectory;
let admin = '';
let redirectUri = '';
const people = [
  { uid: 'grace', cn: 'Grace Hopper', mail: 'grace@example.org', password: 'nanoseconds-of-wire' },
  { uid: 'star', cn: 'Other One', mail: 'other@example.org', password: 'another-password-here' },
];
beforeAll(async () => {
  web = await startWebTestbed();
  redirectUri = `${web.origin}/sign-in/callback`;
  [openid, directory] = await Promise.all([startOpenidProvider(redirectUri), startTestDirectory(people)]);
  admin = await web.sessionOf((await makeUser(web.owner, { role: 'admin' })).id);
}, 120_000);
afterAll(async () => {
  await Promise.all([openid?.stop(), directory?.stop()]);
  await web.stop();
});
beforeEach(() => web.owner.rateBucket.deleteMany({ where: { key: { startsWith: 'sign-in:' } } }));

const call = async <Data = Record<string, unknown>>(name: string, input: unknown, cookie = '') => {
  const answer = await web.trpc<Data>(name, 'mutation', input, { cookie });
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
  return { ...answer, data: answer.body.result?.data, problem: answer.body.error?.data.problem, cookies };
};
const sessionIn = (cookies: string[]): string | undefined => cookies.find((each) => /^atoll=./.test(each));
const emailOf = async (id: string): Promise<string> =>
  (await web.owner.user.findUniqueOrThrow({ where: { id } })).email;

let count = 0;
const next = (): number => {
  count += 1;
  return count;
};
async function makeOidc(settings: { createUsers?: boolean; linkByEmail?: boolean; issuer?: string } = {}) {
  const { createUsers = false, linkByEmail = true, issuer = openid.issuer } = settings;
  const made = await call<{ id: string }>(
    'identityProvider.create',
    {
      kind: 'oidc',
      name: `OpenID ${next()}`,
      createUsers,
      secret: openid.client.secret,
      config: { issuer, clientId: openid.client.id, linkByEmail },
    },
    admin,
  );
  expect(made.status, JSON.stringify(made.problem)).toBe(200);
  return made.data?.id ?? '';
}

async function signInAt(provider: string, next = '/x') {
  const begun = await call<{ url: string }>('signIn.oidcBegin', { provider, next });
  const back = await followProvider(begun.data?.url ?? '', redirectUri);
  return { begun, back, pending: begun.cookies[0] ?? '' };
}
const finish = (query: string, cookie: string) =>
  call<{ step: string; next: string }>('signIn.oidcFinish', { query }, cookie);

describe('an OpenID provider', () => {
  it('signs in a user whose e-mail it has verified, and knows them afterwards by their subject alone', async () => {
    const user = await makeUser(web.owner);
    const provider = await makeOidc();
    openid.account = { sub: 'one', name: 'One', email: await emailOf(user.id), email_verified: true };
    const { back, pending } = await signInAt(provider);
    const done = await finish(back.search, pending);
    expect(done.data, JSON.stringify(done.problem)).toMatchObject({ step: 'done', next: '/x' });
    const me = await web.trpc<{ user: { id: string } }>(
      'auth.me',
      'query',
      {},
      { cookie: sessionIn(done.cookies) ?? '' },
    );
    expect(me.body.result?.data.user.id).toBe(user.id);
    const [session] = await web.owner.session.findMany({ where: { userId: user.id } });
    expect(session?.method).toBe('oidc');
    openid.account = { sub: 'one', email: 'changed@example.org', email_verified: false };
    const again = await signInAt(provider);
    expect((await finish(again.back.search, again.pending)).status).toBe(200);
    expect((await finish(again.back.search, again.pending)).problem?.code).toBe('sign_in_expired');
  });

  it('links by no e-mail that is not verified, and makes users only where it may', async () => {
    const user = await makeUser(web.owner);
    const email = await emailOf(user.id);
    const [closed, opened, unlinked] = [
      await makeOidc(),
      await makeOidc({ createUsers: true }),
      await makeOidc({ linkByEmail: false, createUsers: true }),
    ];
    const attempt = async (provider: string, account: OpenidProvider['account']) => {
      openid.account = account;
      const { back, pending } = await signInAt(provider);
      return finish(back.search, pending);
    };
    for (const provider of [closed, opened, unlinked])
      expect((await attempt(provider, { sub: 'evil', email, email_verified: false })).problem?.code).toBe(
        'sign_in_failed',
      );
    expect((await attempt(unlinked, { sub: 'evil', email, email_verified: true })).status).toBe(401);
    const stranger = { sub: 'new', name: 'New One', email: 'new.one@example.org', email_verified: true };
    expect((await attempt(closed, stranger)).status).toBe(401);
    expect((await attempt(opened, stranger)).status).toBe(200);
    const made = await web.owner.user.findUniqueOrThrow({ where: { email: stranger.email } });
    expect(made).toMatchObject({ name: 'New One', role: 'user', passwordHash: null });
    expect(await web.owner.userIdentity.count({ where: { userId: user.id } })).toBe(0);
  });

  it('refuses a foreign state, a code without its cookie or with that of another, and a replay', async () => {
    const provider = await makeOidc({ createUsers: true });
    openid.account = { sub: 'mixed', email: 'mixed@example.org', email_verified: true };
    const one = await signInAt(provider);
    const two = await signInAt(provider);
    expect((await finish(one.back.search, '')).problem?.code).toBe('sign_in_expired');
    expect((await finish(one.back.search, two.pending)).problem?.code).toBe('sign_in_failed');
    const forged = new URL(two.back);
    forged.searchParams.set('state', 'forged');
    expect((await finish(forged.search, two.pending)).problem?.code).toBe('sign_in_failed');
    const url = new URL(one.begun.data?.url ?? '');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(url.searchParams.get(name)).toBeTruthy();
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'leads back to no other site: %s',
    async (next) => {
      const provider = await makeOidc({ createUsers: true });
      openid.account = { sub: 'redirected', email: 'redirected@example.org', email_verified: true };
      const { back, pending } = await signInAt(provider, next);
      expect((await finish(back.search, pending)).data?.next).toBe('/');
      await web.owner.user.deleteMany({ where: { email: 'redirected@example.org' } });
    },
  );

  it('is linked in the profile by who is signed in, and proves who they are', async () => {
    const user = await makeUser(web.owner);
    const provider = await makeOidc({ linkByEmail: false });
    openid.account = { sub: 'linked', email: 'elsewhere@example.org', email_verified: true };
    let session = await web.sessionOf(user.id);
    const begun = await call<{ url: string }>('linkedIdentity.linkOidc', { provider }, session);
    const back = await followProvider(begun.data?.url ?? '', redirectUri);
    const other = await web.sessionOf((await makeUser(web.owner)).id);
    const luring = await finish(back.search, `${other}; ${begun.cookies[0]}`);
    expect(luring.problem?.code).toBe('sign_in_expired');
    const second = await call<{ url: string }>('linkedIdentity.linkOidc', { provider }, session);
    const back2 = await followProvider(second.data?.url ?? '', redirectUri);
    expect((await finish(back2.search, `${session}; ${second.cookies[0]}`)).status).toBe(200);
    session = await web.sessionOf(user.id, { elevatedSeconds: -1 });
    expect((await call('secondFactor.beginTotp', {}, session)).problem?.code).toBe('step_up_required');
    const proof = await call<{ url: string }>('stepUp.oidcBegin', { provider, next: '/settings/profile' }, session);
    expect(proof.data?.url).toContain('prompt=login');
    const back3 = await followProvider(proof.data?.url ?? '', redirectUri);
    const proved = await finish(back3.search, `${session}; ${proof.cookies[0]}`);
    expect(proved.data, JSON.stringify(proved.problem)).toMatchObject({ next: '/settings/profile' });
    expect((await call('secondFactor.beginTotp', {}, sessionIn(proved.cookies))).status).toBe(200);
  });

  it('is told apart from what does not answer, and its secret is never told', async () => {
    const provider = await makeOidc();
    const tested = await call<{ steps: { ok: boolean }[] }>(
      'identityProvider.test',
      { identityProvider: provider },
      admin,
    );
    expect(tested.data?.steps.every(({ ok }) => ok)).toBe(true);
    const dead = await makeOidc({ issuer: 'http://127.0.0.1:9' });
    expect((await call('signIn.oidcBegin', { provider: dead })).problem?.code).toBe('sign_in_unavailable');
    const metadata = await makeOidc({ issuer: 'http://169.254.169.254' });
    expect((await call('signIn.oidcBegin', { provider: metadata })).problem?.code).toBe('sign_in_unavailable');
    const list = await web.trpc('identityProvider.list', 'query', {}, { cookie: admin });
    expect(JSON.stringify(list.body)).toContain('"hasSecret":true');
    expect(JSON.stringify(list.body)).not.toContain(openid.client.secret);
    const row = await web.owner.identityProvider.findUniqueOrThrow({ where: { id: provider } });
    expect(Buffer.from(row.secret ?? []).includes(openid.client.secret)).toBe(false);
    const moved = { kind: 'oidc', identityProvider: provider, name: row.name };
    const config = { issuer: 'https://evil.example', clientId: 'atoll' };
    expect((await call('identityProvider.update', { ...moved, config }, admin)).problem?.code).toBe(
      'validation_failed',
    );
  });
});

describe('a directory (LDAP)', () => {
  async function makeLdap(settings: object = {}, createUsers = true) {
    const made = await call<{ id: string }>(
      'identityProvider.create',
      {
        kind: 'ldap',
        name: `Directory ${next()}`,
        createUsers,
        secret: directory.bindPassword,
        config: {
          url: directory.url,
          baseDn: directory.baseDn,
          bindDn: directory.bindDn,
          linkByEmail: true,
          ...settings,
        },
      },
      admin,
    );
    expect(made.status, JSON.stringify(made.problem)).toBe(200);
    return made.data?.id ?? '';
  }
  const signIn = (provider: string, username: string, password: string) =>
    call<{ step: string }>('signIn.ldap', { provider, username, password });

  it('signs in with its name and password', async () => {
    const provider = await makeLdap();
    const right = await signIn(provider, 'grace', 'nanoseconds-of-wire');
    expect(right.data, JSON.stringify(right.problem)).toMatchObject({ step: 'done' });
    const me = await web.trpc<{ user: object }>('auth.me', 'query', {}, { cookie: sessionIn(right.cookies) ?? '' });
    expect(me.body.result?.data.user).toMatchObject({ email: 'grace@example.org', name: 'Grace Hopper' });
    const wrong = await signIn(provider, 'grace', 'wrong');
    const unknown = await signIn(provider, 'nobody', 'wrong');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...wrong.problem, requestId: '' }).toEqual({ ...unknown.problem, requestId: '' });
  });

  it('never asks for a bind without a password, which slapd would let in', async () => {
    const provider = await makeLdap();
    expect((await signIn(provider, 'grace', '')).status).toBe(400);
    const { authenticateInDirectory } = await import('#server/services/auth/ldap-directory.ts');
    const { getProvider } = await import('#server/db/identity-provider-store.ts');
    const row = await getProvider(web.app.db, { id: provider });
    expect(await authenticateInDirectory(web.app, row, { username: 'grace', password: '' })).toBeNull();
  });

  it.each([
    '*',
    'gr*',
    'grace)(uid=*',
    '*)(objectClass=*',
    'star)(|(uid=*',
    '\\2a',
    'grace\u0000',
    'admin*)((|userPassword=*)',
  ])('takes %j for a name and not for a filter', async (username) => {
    const provider = await makeLdap();
    for (const { password } of people) expect((await signIn(provider, username, password)).status).toBe(401);
  });

  it('says in words what works and what does not', async () => {
    const steps = async (id: string, username?: string) =>
      (
        await call<{ steps: { step: string; ok: boolean; detail: string }[] }>(
          'identityProvider.test',
          { identityProvider: id, username },
          admin,
        )
      ).data?.steps ?? [];
    expect((await steps(await makeLdap(), 'grace')).map(({ step, ok }) => [step, ok])).toEqual([
      ['reach', true],
      ['search-bind', true],
      ['search-base', true],
      ['user', true],
    ]);
    expect((await steps(await makeLdap(), 'nobody')).at(-1)).toMatchObject({ step: 'user', ok: false });
    expect((await steps(await makeLdap({ bindDn: 'cn=wrong,dc=example,dc=org' }))).at(-1)).toMatchObject({ ok: false });
    expect((await steps(await makeLdap({ baseDn: 'dc=nowhere' }))).at(-1)).toMatchObject({
      step: 'search-base',
      ok: false,
    });
    expect((await steps(await makeLdap({ url: 'ldap://127.0.0.1:9' }))).at(-1)?.ok).toBe(false);
    expect((await steps(await makeLdap({ startTls: true }))).at(-1)?.ok).toBe(false);
    const away = await makeLdap({ url: 'ldap://127.0.0.1:9' });
    expect((await signIn(away, 'grace', 'x')).problem?.code).toBe('sign_in_unavailable');
  });
});

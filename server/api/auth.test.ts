import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueSetupLink } from '#server/services/auth/setup-link.ts';
import { startWebTestbed, type WebTestbed } from '#server/testing/web-testbed.ts';

let web: WebTestbed;
beforeAll(async () => {
  web = await startWebTestbed();
});
afterAll(() => web.stop());

const password = 'correct horse battery';
const cookieOf = (headers: Headers): string => headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';

describe('from the first run to signing out everywhere', () => {
  let cookie = '';

  it('lets one of two that race use the link', async () => {
    const path = (await issueSetupLink(web.owner)) ?? '';
    const token = path.split('token=')[1] ?? '';
    expect((await web.trpc('auth.setupInfo', 'query', { token })).body.result?.data).toEqual({
      purpose: 'first-run',
      email: null,
    });
    const setup = (email: string) =>
      web.trpc<{ me: { user: { role: string } } }>('auth.completeSetup', 'mutation', {
        token,
        email,
        name: 'Ada',
        password,
      });
    const answers = await Promise.all([setup('ada@example.org'), setup('eve@example.org')]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 410]);
    const won = answers.find((answer) => answer.status === 200);
    expect(won?.body.result?.data.me.user.role).toBe('admin');
    cookie = cookieOf(won?.headers ?? new Headers());
    expect(won?.headers.getSetCookie()[0]).toMatch(/^atoll=.+; Path=\/; HttpOnly; SameSite=Lax; Expires=/);
    expect(await issueSetupLink(web.owner)).toBeNull();
    expect((await web.trpc('auth.setupInfo', 'query', { token })).body.error?.data.problem.code).toBe('setup_done');
  });

  it('has made a project and five flavors', async () => {
    const me = await web.trpc<{ projects: { slug: string; role: string }[] }>('auth.me', 'query', {}, { cookie });
    expect(me.body.result?.data.projects).toMatchObject([{ slug: 'ada', role: 'owner' }]);
    const flavors = await web.rest<{ items: { name: string }[] }>('/flavors', { cookie });
    expect(flavors.body.items.map((flavor) => flavor.name)).toContain('nano');
  });

  it('refuses a wrong password and an unknown account in the same words', async () => {
    const { email } = (await web.trpc<{ user: { email: string } }>('auth.me', 'query', {}, { cookie })).body.result!
      .data.user;
    const wrong = await web.trpc('auth.signIn', 'mutation', { email, password: 'wrong' });
    const unknown = await web.trpc('auth.signIn', 'mutation', { email: 'nobody@example.org', password: 'wrong' });
    const told = (answer: typeof wrong) => ({ ...answer.body.error?.data.problem, requestId: '' });
    expect(wrong.status).toBe(401);
    expect(told(wrong)).toEqual(told(unknown));
    const right = await web.trpc('auth.signIn', 'mutation', { email, password });
    expect(right.status).toBe(200);
    expect(cookieOf(right.headers)).not.toBe(cookie);
  });

  it('shuts an account that is guessed at, and opens it for nobody else', async () => {
    const guess = () => web.trpc('auth.signIn', 'mutation', { email: 'victim@example.org', password: 'wrong' });
    const codes: unknown[] = [];
    for (let count = 0; count < 12; count++) codes.push((await guess()).body.error?.data.problem.code);
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('sign_in_failed'));
    expect(codes.at(-1)).toBe('rate_limited');
    expect(Number((await guess()).headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('ends every other session when the password changes', async () => {
    const me = (await web.trpc<{ user: { id: string } }>('auth.me', 'query', {}, { cookie })).body.result!.data;
    const other = await web.sessionOf(me.user.id);
    const wrong = await web.trpc(
      'auth.changePassword',
      'mutation',
      { current: 'no', password: 'another long one' },
      { cookie },
    );
    expect(wrong.body.error?.data.problem.code).toBe('validation_failed');
    const changed = await web.trpc(
      'auth.changePassword',
      'mutation',
      { current: password, password: 'another long one' },
      { cookie },
    );
    expect(changed.status).toBe(200);
    expect((await web.trpc('auth.me', 'query', {}, { cookie: other })).status).toBe(401);
    expect((await web.trpc('auth.me', 'query', {}, { cookie })).status).toBe(401);
    cookie = cookieOf(changed.headers);
    const again = await web.sessionOf(me.user.id);
    const ended = await web.trpc<{ ended: number }>('auth.signOutEverywhere', 'mutation', {}, { cookie });
    expect(ended.body.result?.data.ended).toBe(1);
    expect((await web.trpc('auth.me', 'query', {}, { cookie: again })).status).toBe(401);
    const out = await web.trpc('auth.signOut', 'mutation', {}, { cookie });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect((await web.trpc('auth.me', 'query', {}, { cookie })).status).toBe(401);
  });
});

describe('requests from elsewhere', () => {
  const signIn = { email: 'a@example.org', password: 'x' };

  it.each(['https://evil.example', 'null', 'http://atoll.test.evil.example'])(
    'refuses the origin %s',
    async (origin) => {
      const answer = await web.trpc('auth.signIn', 'mutation', signIn, { headers: { origin } });
      expect(answer.status).toBe(403);
    },
  );

  it('refuses a form that pretends to be JSON, and changes by GET', async () => {
    const form = await web.trpc('auth.signIn', 'mutation', signIn, { headers: { 'content-type': 'text/plain' } });
    expect(form.body.error?.data.problem.code).toBe('unsupported_media_type');
    expect((await web.trpc('auth.signIn', 'query', signIn)).status).toBe(400);
  });

  it('refuses long batches, deep JSON and polluted JSON, and goes on', async () => {
    const many = Array(11).fill('auth.me').join(',');
    expect((await fetch(`${web.url}/api/trpc/${many}?batch=1&input={}`)).status).toBe(400);
    const deep = '['.repeat(50) + ']'.repeat(50);
    const send = (rawBody: string) =>
      fetch(`${web.url}/api/trpc/auth.signIn`, {
        method: 'POST',
        body: rawBody,
        headers: { origin: web.origin, 'content-type': 'application/json' },
      });
    expect((await send(deep)).status).toBe(400);
    expect((await send('{"__proto__":{"admin":true},"email":"a@b.de","password":"x"}')).status).toBe(400);
    expect((await send(`"${'x'.repeat(2 ** 20)}"`)).status).toBe(413);
    expect((await fetch(`${web.url}/api/health`)).status).toBe(200);
  });
});

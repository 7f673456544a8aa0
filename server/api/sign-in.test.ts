import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTx } from '#server/db/client.ts';
import { setPassword } from '#server/db/user-store.ts';
import { hashPassword } from '#server/platform/password.ts';
import { makeUser } from '#server/testing/factories.ts';
import { startWebTestbed, type WebTestbed } from '#server/testing/web-testbed.ts';

let web: WebTestbed;
const password = 'correct horse battery';
let passwordHash = '';
beforeAll(async () => {
  web = await startWebTestbed({ origin: 'http://localhost:3999' });
  passwordHash = await hashPassword(password);
});
afterAll(() => web.stop());
// Every browser of these tests is at one address.
beforeEach(() => web.owner.rateBucket.deleteMany({ where: { key: { startsWith: 'sign-in:address' } } }));

/** What a browser keeps: cookies by name, as answers set and remove them. */
class Browser {
  readonly #jar = new Map<string, string>();

  get cookie(): string {
    return [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set(name: string, value: string): void {
    this.#jar.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#jar.get(name);
  }

  async call<Data = Record<string, unknown>>(
    name: string,
    input: unknown = {},
    kind: 'query' | 'mutation' = 'mutation',
  ) {
    const answer = await web.trpc<Data>(name, kind, input, { cookie: this.cookie });
    for (const line of answer.headers.getSetCookie()) {
      const [, cookieName = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || line.includes('Max-Age=0')) this.#jar.delete(cookieName);
      else this.#jar.set(cookieName, value);
    }
    return { ...answer, data: answer.body.result?.data, code: answer.body.error?.data.problem.code };
  }
}

async function newUser(role: 'user' | 'admin' = 'user') {
  const user = await makeUser(web.owner, { role });
  await inTx(web.owner, (tx) => setPassword(tx, user, passwordHash));
  const { email } = await web.owner.user.findUniqueOrThrow({ where: { id: user.id } });
  return { id: user.id, email };
}

/** By the clock of the database, which the server asks; `ago` in steps of 30 s. */
async function codeOf(seed: string, ago = 0): Promise<string> {
  const [row] = await web.owner.$queryRaw<{ ms: number }[]>`SELECT extract(epoch FROM now())::float8 * 1000 AS ms`;
  return new TOTP({ secret: seed }).generate({ timestamp: (row?.ms ?? 0) - ago * 30_000 });
}

/** The code of a step is spent once: a test that needs another one forgets that. */
const forgetSteps = (userId: string) =>
  web.owner.totpCredential.updateMany({ where: { userId }, data: { lastStep: 0n } });

async function signedIn(email: string): Promise<Browser> {
  const browser = new Browser();
  expect((await browser.call('auth.signIn', { email, password })).status).toBe(200);
  return browser;
}

async function enrolled(role: 'user' | 'admin' = 'user') {
  const user = await newUser(role);
  const browser = await signedIn(user.email);
  const begun = await browser.call<{ secret: string; uri: string }>('secondFactor.beginTotp');
  const seed = begun.data?.secret ?? '';
  const confirmed = await browser.call<{ recoveryCodes: string[] }>('secondFactor.confirmTotp', {
    code: await codeOf(seed),
  });
  expect(confirmed.status).toBe(200);
  await forgetSteps(user.id);
  return { ...user, browser, seed, codes: confirmed.data?.recoveryCodes ?? [] };
}

describe('a sign-in with a second factor', () => {
  it('begins no session before the code, and a code works once', async () => {
    const { email, seed } = await enrolled();
    const browser = new Browser();
    const first = await browser.call('auth.signIn', { email, password });
    expect(first.data).toEqual({ step: 'second-factor', methods: ['totp', 'recovery-code'], me: null });
    expect(browser.get('atoll')).toBeUndefined();
    expect((await browser.call('auth.me', {}, 'query')).status).toBe(401);
    expect((await browser.call('signIn.pending', {}, 'query')).data).toMatchObject({ step: 'second-factor' });
    const code = await codeOf(seed);
    expect((await browser.call('signIn.secondFactor', { method: 'totp', code })).data).toMatchObject({ step: 'done' });
    expect((await browser.call('auth.me', {}, 'query')).status).toBe(200);
    expect(browser.get('atoll-pending')).toBeUndefined();
    const again = new Browser();
    await again.call('auth.signIn', { email, password });
    const replayed = await again.call('signIn.secondFactor', { method: 'totp', code });
    expect(replayed.code).toBe('second_factor_failed');
  });

  it('takes codes of one step before and after, by the clock of the database, and no older ones', async () => {
    const { id, email, seed } = await enrolled();
    for (const [ago, status] of [
      [1, 200],
      [-1, 200],
      [4, 401],
      [-4, 401],
    ] as const) {
      await forgetSteps(id);
      const browser = new Browser();
      await browser.call('auth.signIn', { email, password });
      const code = await codeOf(seed, ago);
      const answer = await browser.call('signIn.secondFactor', { method: 'totp', code });
      // A step may end between our look at the clock and the server's: one that is two steps away is refused.
      if (status === 200 && answer.status !== 200) {
        const retry = await browser.call('signIn.secondFactor', { method: 'totp', code: await codeOf(seed, ago) });
        expect(retry.status, `${ago}`).toBe(200);
      } else expect(answer.status, `${ago}`).toBe(status);
    }
  });

  it('of two right codes that race, one signs in', async () => {
    const { email, seed } = await enrolled();
    const browser = new Browser();
    await browser.call('auth.signIn', { email, password });
    const code = await codeOf(seed);
    const race = Array.from({ length: 4 }, () =>
      web.trpc('signIn.secondFactor', 'mutation', { method: 'totp', code }, { cookie: browser.cookie }),
    );
    const statuses = (await Promise.all(race)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 401, 401, 401]);
  });

  it('takes each recovery code once, however it is written', async () => {
    const { email, codes } = await enrolled();
    expect(new Set(codes).size).toBe(10);
    const typed = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ');
    for (const status of [200, 401]) {
      const browser = new Browser();
      await browser.call('auth.signIn', { email, password });
      const answer = await browser.call('signIn.secondFactor', { method: 'recovery-code', code: typed });
      expect(answer.status).toBe(status);
    }
  });

  it('ends after five wrong codes, and the account is shut after ten whatever is begun anew', async () => {
    const { email, seed } = await enrolled();
    const codes: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const browser = new Browser();
      await browser.call('auth.signIn', { email, password });
      for (let count = 0; count < 5; count++)
        codes.push((await browser.call('signIn.secondFactor', { method: 'recovery-code', code: 'wrong-wrong' })).code);
      if (round === 0)
        expect((await browser.call('signIn.secondFactor', { method: 'totp', code: await codeOf(seed) })).code).toBe(
          'sign_in_expired',
        );
    }
    expect(codes.slice(0, 9).every((code) => code === 'second_factor_failed')).toBe(true);
    expect(codes.at(-1)).toBe('rate_limited');
  });
});

describe('attacks on the steps of a sign-in', () => {
  // CVE-2023-54391 of Proxmox VE: with any value of `tfa-challenge` the password was not looked at.
  it('no challenge that the browser sends stands for the password', async () => {
    const { email, seed, codes, id } = await enrolled();
    await forgetSteps(id);
    const code = await codeOf(seed);
    for (const forged of ['', 'x', 'PVE:TFA:!tfa!', 'A'.repeat(43), id]) {
      const browser = new Browser();
      if (forged) browser.set('atoll-pending', forged);
      const skip = await browser.call('signIn.secondFactor', { method: 'totp', code });
      expect(skip.code, forged).toBe('sign_in_expired');
      for (const extra of [{ 'tfa-challenge': forged }, { challenge: forged }, { code }, { step: 'second-factor' }]) {
        const answer = await browser.call('auth.signIn', { email, password: 'wrong', ...extra });
        expect([400, 401, 429], JSON.stringify(extra)).toContain(answer.status);
      }
      expect(browser.get('atoll')).toBeUndefined();
    }
    expect(codes).toHaveLength(10);
  });

  it('what is pending for one purpose answers no other, and of another user', async () => {
    const one = await enrolled();
    const other = await enrolled();
    const browser = new Browser();
    await browser.call('auth.signIn', { email: one.email, password });
    for (const [name, input] of [
      ['signIn.enrolBegin', {}],
      ['signIn.enrolConfirm', { code: await codeOf(other.seed) }],
      ['signIn.oidcFinish', { query: '?code=x&state=y' }],
    ] as const)
      expect((await browser.call(name, input)).code, name).toBe('sign_in_expired');
    await forgetSteps(other.id);
    const answer = await browser.call('signIn.secondFactor', { method: 'totp', code: await codeOf(other.seed) });
    expect([401, 429]).toContain(answer.status);
    expect(browser.get('atoll')).toBeUndefined();
  });

  it('a passkey challenge is for who asked, and signs nobody in without a known key', async () => {
    const browser = new Browser();
    const begun = await browser.call<{ options: { challenge: string } }>('signIn.passkeyBegin');
    expect(begun.status).toBe(200);
    const clientData = { type: 'webauthn.get', challenge: begun.data?.options.challenge, origin: web.origin };
    const response = {
      authenticatorData: Buffer.alloc(37).toString('base64url'),
      clientDataJSON: Buffer.from(JSON.stringify(clientData)).toString('base64url'),
      signature: 'AAAA',
    };
    const answer = { id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {}, response };
    expect((await browser.call('signIn.passkey', { answer })).code).toBe('second_factor_failed');
  });

  it('keeps nothing of it where the API could read it', async () => {
    const { id, seed, codes, browser, email } = await enrolled();
    const [row] = await web.owner.totpCredential.findMany({ where: { userId: id } });
    expect(Buffer.from(row?.secret ?? []).includes(seed)).toBe(false);
    const hashes = await web.owner.recoveryCode.findMany({ where: { userId: id } });
    for (const { codeHash } of hashes) expect(codeHash).toHaveLength(32);
    const looks = ['secondFactor.get', 'auth.me', 'auth.sessions', 'stepUp.methods', 'linkedIdentity.list'];
    for (const name of looks) {
      const text = JSON.stringify((await browser.call(name, {}, 'query')).body);
      for (const sentinel of [seed, ...codes]) expect(text, name).not.toContain(sentinel);
    }
    const audit = await web.owner.audit.findMany({ where: { actorId: id } });
    const told = JSON.stringify(audit, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    for (const sentinel of [seed, password, ...codes]) expect(told).not.toContain(sentinel);
    expect((await browser.call('secondFactor.beginTotp')).code).toBe('conflict');
    expect(email).toContain('@');
  });
});

describe('proving again who one is', () => {
  it('is asked before secrets, rotates the cookie, and counts for ten minutes', async () => {
    const user = await newUser();
    const browser = new Browser();
    browser.set('atoll', (await web.sessionOf(user.id, { elevatedSeconds: -1 })).slice('atoll='.length));
    const mint = () => browser.call('token.create', { name: 'x', scopes: ['self:read'] });
    expect((await mint()).code).toBe('step_up_required');
    for (const name of ['secondFactor.beginTotp', 'secondFactor.disableTotp', 'passkey.begin'])
      expect((await browser.call(name)).code, name).toBe('step_up_required');
    const wrong = await browser.call('stepUp.prove', { method: 'password', password: 'wrong' });
    expect(wrong.code).toBe('second_factor_failed');
    expect((await mint()).code).toBe('step_up_required');
    const old = browser.cookie;
    expect((await browser.call('stepUp.prove', { method: 'password', password })).status).toBe(200);
    expect((await web.trpc('auth.me', 'query', {}, { cookie: old })).status).toBe(401);
    expect((await mint()).status).toBe(200);
    await web.owner.session.updateMany({ where: { userId: user.id }, data: { elevatedUntil: new Date(0) } });
    expect((await mint()).code).toBe('step_up_required');
  });

  it('a fresh sign-in is a proof, and a token needs none where it may act', async () => {
    const user = await newUser();
    const browser = await signedIn(user.email);
    expect((await browser.call('token.create', { name: 'x', scopes: ['all'] })).status).toBe(200);
    const token = await web.tokenOf(user.id, ['all']);
    const minted = await web.trpc('token.create', 'mutation', { name: 'x', scopes: ['all'] }, { token });
    expect(minted.body.error?.data.problem.code).toBe('forbidden');
  });
});

describe('a second factor that an admin asks for', () => {
  it('is set up after the password and before the session', async () => {
    const admin = await enrolled('admin');
    const plain = await newUser('admin');
    const before = await signedIn(plain.email);
    const set = await admin.browser.call<{ ended: number }>('identityProvider.setPolicy', { secondFactor: 'admins' });
    expect(set.status).toBe(200);
    expect((await before.call('auth.me', {}, 'query')).status).toBe(401);
    expect((await admin.browser.call('auth.me', {}, 'query')).status).toBe(200);
    const browser = new Browser();
    const first = await browser.call('auth.signIn', { email: plain.email, password });
    expect(first.data).toMatchObject({ step: 'enrol', me: null });
    expect((await browser.call('signIn.secondFactor', { method: 'totp', code: '000000' })).code).toBe(
      'sign_in_expired',
    );
    const begun = await browser.call<{ secret: string }>('signIn.enrolBegin');
    const done = await browser.call<{ recoveryCodes: string[] }>('signIn.enrolConfirm', {
      code: await codeOf(begun.data?.secret ?? ''),
    });
    expect(done.data?.recoveryCodes).toHaveLength(10);
    expect((await browser.call('secondFactor.get', {}, 'query')).data).toMatchObject({ totp: true, required: true });
    expect((await browser.call('secondFactor.disableTotp')).code).toBe('state_conflict');
    const user = await newUser();
    expect((await new Browser().call('auth.signIn', { email: user.email, password })).data).toMatchObject({
      step: 'done',
    });
    const reset = await admin.browser.call('user.resetSecondFactor', { user: plain.id });
    expect(reset.status).toBe(200);
    expect((await browser.call('auth.me', {}, 'query')).status).toBe(401);
    const events = await web.owner.event.findMany({ where: { targetId: plain.id } });
    expect(events.map(({ type }) => type)).toContain('user.second-factor-reset');
    expect((await admin.browser.call('identityProvider.setPolicy', { secondFactor: 'nobody' })).status).toBe(200);
  });

  it('cannot be asked for by an admin who has none', async () => {
    const admin = await newUser('admin');
    const browser = await signedIn(admin.email);
    const set = await browser.call('identityProvider.setPolicy', { secondFactor: 'everybody' });
    expect(set.code).toBe('state_conflict');
  });
});

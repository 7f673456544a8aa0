import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { TOTP } from 'otpauth';
import { startTestDirectory, type TestDirectory } from '../server/testing/ldap-directory.ts';
import { type OpenidProvider, startOpenidProvider } from '../server/testing/openid-provider.ts';
import { type AtollProcess, startAtoll } from './atoll-process.ts';
import { admin } from './world.ts';

/*
 * Signing in as people do, in a real browser: authenticator app, passkey (Chromium's virtual authenticator), OpenID provider, directory,
 * and the dialog that asks for a proof. No hosts: an Atoll of its own at localhost, because passkeys need a name.
 */

let atoll: AtollProcess;
let origin = '';
let openid: OpenidProvider;
let directory: TestDirectory;
const undo: (() => Promise<unknown>)[] = [];

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(240_000);
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-sign-in-'));
  await chmod(dataDir, 0o711);
  undo.push(() => rm(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  origin = `http://localhost:${port}`;
  atoll = await startAtoll(dataDir, { port, args: ['--host', 'localhost'] });
  undo.push(() => atoll.stop());
  openid = await startOpenidProvider(`${origin}/sign-in/callback`);
  undo.push(() => openid.stop());
  directory = await startTestDirectory([
    { uid: 'grace', cn: 'Grace Hopper', mail: 'grace@example.org', password: 'nanoseconds-of-wire' },
  ]);
  undo.push(() => directory.stop());
  const token = new URLSearchParams(new URL(atoll.setupUrl).hash.slice(1)).get('token');
  const made = await fetch(`${origin}/api/trpc/auth.completeSetup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token, ...admin }),
  });
  expect(made.status).toBe(200);
});

test.afterAll(async () => {
  for (let last = undo.pop(); last; last = undo.pop()) await last();
});

async function givePassword(page: Page): Promise<void> {
  await page.goto(`${origin}/sign-in?next=/settings/profile`);
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** A code of a time step that was not used yet: the server takes each once. */
const used = new Set<string>();
async function freshCode(seed: string): Promise<string> {
  const totp = new TOTP({ secret: seed });
  await expect.poll(() => used.has(totp.generate()), { timeout: 60_000, intervals: [500] }).toBe(false);
  const code = totp.generate();
  used.add(code);
  return code;
}

const profile = (page: Page) => page.getByRole('heading', { name: 'Profile' });

async function addAuthenticator(context: BrowserContext, page: Page) {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return session;
}

test('a passkey: added in the profile, signs in without a password', async ({ context, page }) => {
  await addAuthenticator(context, page);
  await givePassword(page);
  await expect(profile(page)).toBeVisible();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Laptop');
  await dialog.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('dialog', { name: 'Recovery codes' }).getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Laptop' })).toBeVisible();
  await context.clearCookies();
  await page.goto(`${origin}/sign-in?next=/settings/profile`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(profile(page)).toBeVisible();
  await context.clearCookies();
  await givePassword(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(profile(page)).toBeVisible();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Laptop' })).toHaveCount(0);
});

test('an authenticator app: set up, asked for, and a recovery code in its place', async ({ context, page }) => {
  await givePassword(page);
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: 'QR code' })).toBeVisible();
  const seed = ((await dialog.locator('pre').textContent()) ?? '').replaceAll(/\s/g, '');
  await dialog.getByLabel('Code', { exact: true }).fill(await freshCode(seed));
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  const shown = page.getByRole('dialog', { name: 'Recovery codes' });
  const [recovery = ''] = ((await shown.locator('pre').textContent()) ?? '').split('\n');
  await shown.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible();
  await context.clearCookies();
  await givePassword(page);
  await page.getByLabel('Code', { exact: true }).fill(await freshCode(seed));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(profile(page)).toBeVisible();
  await context.clearCookies();
  await givePassword(page);
  // A reload loses nothing: the server knows where the sign-in stands.
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(recovery);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('9 recovery codes are left.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove the app' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the app' }).click();
  await expect(page.getByRole('button', { name: 'Set up an app' })).toBeVisible();
});

test('an OpenID provider and a directory, set up by the admin', async ({ context, page }) => {
  await givePassword(page);
  await expect(profile(page)).toBeVisible();
  await page.goto(`${origin}/system/sign-in`);
  await page.getByRole('button', { name: 'Add an OpenID provider' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Reef ID');
  await dialog.getByLabel('Issuer').fill(openid.issuer);
  await dialog.getByLabel('Client ID').fill(openid.client.id);
  await dialog.getByLabel('Client secret').fill(openid.client.secret);
  await dialog.getByText('Create users').click();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Add a directory (LDAP)' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('Harbour');
  await dialog.getByRole('textbox', { name: 'Address' }).fill(directory.url);
  await dialog.getByRole('textbox', { name: 'Base DN' }).fill(directory.baseDn);
  await dialog.getByRole('textbox', { name: 'Bind DN' }).fill(directory.bindDn);
  await dialog.getByLabel('Bind password').fill(directory.bindPassword);
  await dialog.getByText('Create users').click();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole('listitem').filter({ hasText: 'Harbour' });
  await row.getByRole('button', { name: 'Test' }).click();
  await dialog.getByLabel('User name').fill('grace');
  await dialog.getByRole('button', { name: 'Test' }).click();
  await expect(dialog.getByText('The user was found.')).toBeVisible();

  openid.account = { sub: 'linus', name: 'Linus Lagoon', email: 'linus@example.org', email_verified: true };
  await context.clearCookies();
  await page.goto(`${origin}/sign-in?next=/settings/profile`);
  await page.getByRole('button', { name: 'Sign in with Reef ID' }).click();
  await expect(profile(page)).toBeVisible();
  await expect(page.getByText('linus@example.org')).toBeVisible();

  await context.clearCookies();
  await page.goto(`${origin}/sign-in?next=/settings/profile`);
  await page.getByRole('button', { name: 'Sign in with Harbour' }).click();
  await page.getByLabel('User name').fill('grace');
  await page.getByLabel('Password').fill('nanoseconds-of-wire');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('grace@example.org')).toBeVisible();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import type { LabHost } from '../server/testing/lab/lab-host.ts';
import { startHost } from '../server/testing/lab/start-host.ts';
import { signIn } from './sign-in.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let context: BrowserContext;
let page: Page;
/** Reached by Docker's own port, with a client certificate. */
let tlsHost: LabHost;
/** Reached by SSH; its key changes. */
let sshHost: LabHost;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  [world, tlsHost, sshHost] = await Promise.all([
    startWorld(),
    startHost({ name: 'reef-tls', engines: ['docker'], dockerTls: true }),
    startHost({ name: 'reef-key', engines: ['docker'] }),
  ]);
  context = await browser.newContext({ baseURL: world.url });
  await signIn(context, world);
  page = await context.newPage();
});

test.afterAll(async () => {
  await context?.close();
  await Promise.all([world?.stop(), tlsHost?.stop(), sshHost?.stop()]);
});

/** What Atoll was doing when a test failed. */
test.afterEach(async ({ request: _ }, info) => {
  if (info.status === info.expectedStatus) return;
  const answer = await page.request.get('/api/v1/operations?limit=3');
  console.log(JSON.stringify(await answer.json(), null, 1));
});

const state = (word: string) => page.getByText(word, { exact: true }).first();

test('adds a Docker host over TLS with a client certificate', async () => {
  const { host, port, ca, cert, key } = tlsHost.info.dockerTls ?? {};
  await page.goto('/system/hosts/new');
  await page.getByRole('radio', { name: /Docker over TLS/ }).check();
  await page.getByLabel('Name', { exact: true }).fill('reef-tls');
  await page.getByLabel('Address').fill(host ?? '');
  await page.getByLabel('Port').fill(String(port));
  await page.getByLabel('Certificate of the authority').fill('no certificate');
  await page.getByLabel('Client certificate').fill(cert ?? '');
  await page.getByLabel('Client key').fill(key ?? '');
  await page.getByRole('button', { name: 'Add host' }).click();
  await expect(page.getByLabel('Certificate of the authority')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Certificate of the authority').fill(ca ?? '');
  await page.getByRole('button', { name: 'Add host' }).click();
  await expect(page).toHaveURL(/\/doctor$/);
  await expect(page.getByTitle('docker.version')).toBeVisible({ timeout: 90_000 });
  await expect(state('online')).toBeVisible({ timeout: 90_000 });
});

test('loads a container image from a tar file', async () => {
  const path = join(tmpdir(), `atoll-lagoon-${process.pid}.tar`);
  await tlsHost.docker(['tag', 'busybox:latest', 'lagoon:1']);
  await tlsHost.docker(['save', '--output', path, 'lagoon:1']);
  await tlsHost.docker(['rmi', 'lagoon:1']);
  try {
    await page.getByRole('link', { name: 'Container images' }).click();
    await expect(page.getByText('busybox:latest')).toBeVisible();
    await expect(page.getByText(/lagoon:1/)).toHaveCount(0);
    await page.getByLabel('Load a tar file').setInputFiles(path);
    await expect(page.getByText(/lagoon:1/)).toBeVisible({ timeout: 90_000 });
    expect(await tlsHost.docker(['images', '--format', '{{.Repository}}:{{.Tag}}'])).toContain('lagoon:1');
  } finally {
    await rm(path, { force: true });
  }
});

test('a host whose key changed is quarantined until an admin has compared and confirmed the new one', async () => {
  const { ssh } = sshHost.info;
  const before = ssh.hostKeyFingerprint;
  await page.goto('/system/hosts/new');
  await page.getByLabel('Name', { exact: true }).fill('reef-key');
  await page.getByLabel('Address').fill(ssh.host);
  await page.getByLabel('Port').fill(String(ssh.port));
  const command = (await page
    .getByText(/ssh-ed25519 AAAA/)
    .first()
    .textContent()) as string;
  await appendFile(ssh.authorizedKeysPath, `${/ssh-ed25519 [A-Za-z0-9+/=]+/.exec(command)?.[0]} atoll\n`);
  await page.getByRole('button', { name: 'Read the host key' }).click();
  await expect(page.getByText(before)).toBeVisible();
  await page.getByRole('checkbox', { name: 'The fingerprint is the same' }).check();
  await page.getByRole('button', { name: 'Add host' }).click();
  await expect(page.getByTitle('docker.version')).toBeVisible({ timeout: 90_000 });
  await expect(state('online')).toBeVisible({ timeout: 90_000 });

  await sshHost.crash();
  await sshHost.replaceHostKey();
  await sshHost.boot();
  const after = ssh.hostKeyFingerprint;
  await expect(state('quarantined')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText(before)).toBeVisible();
  await expect(page.getByText(after)).toBeVisible();
  await page.getByRole('checkbox', { name: 'I compared the new fingerprint' }).check();
  await page.getByRole('button', { name: 'Trust the new key' }).click();
  await expect(state('online')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText(before)).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: 'Overview', exact: true }).click();
  await expect(page.getByText(after).first()).toBeVisible();
});

test('removes both, and nothing of Atoll stays on them', async () => {
  for (const name of ['reef-tls', 'reef-key']) {
    await page.goto('/system/hosts');
    await page.getByRole('link', { name }).click();
    await page.getByRole('main').getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
    await dialog.getByRole('textbox').fill(name);
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.goto('/system/hosts');
    await expect(page.getByRole('link', { name })).toHaveCount(0, { timeout: 60_000 });
  }
  for (const host of [tlsHost, sshHost]) expect(await host.docker(['ps', '-aq'])).toBe('');
});

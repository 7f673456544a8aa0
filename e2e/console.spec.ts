import { appendFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { docker, virsh } from '../server/testing/lab/host-access.ts';
import { askHostname, guestKey } from './guest-key.ts';
import { admin, type HostWorld, startHostWorld } from './world.ts';

let world: HostWorld;
let host: HostWorld['host'];
let context: BrowserContext;
let page: Page;
let projectUrl = '';

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  world = await startHostWorld('reef-1');
  host = world.host;
  context = await browser.newContext({ baseURL: world.url });
  page = await context.newPage();
});

test.afterAll(async () => {
  await context?.close();
  await world?.stop();
});

/** What Atoll was doing when a test failed. */
test.afterEach(async ({ request: _ }, info) => {
  if (info.status === info.expectedStatus || !projectUrl) return;
  const answer = await page.request.get('/api/v1/operations?limit=3');
  console.log(JSON.stringify(await answer.json(), null, 1));
});

/** WCAG 2.2 A and AA by axe: nothing to find. */
async function accessible(): Promise<void> {
  // The title is streamed after the page.
  await expect(page).toHaveTitle(/\S/);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
}

const row = (name: string) => page.getByRole('row').filter({ hasText: name });

test('the one-time link makes the first admin, once', async () => {
  await page.goto(world.setupUrl);
  await expect(page.getByRole('heading', { name: 'Welcome to Atoll' })).toBeVisible();
  await accessible();
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Name').fill(admin.name);
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('Use at least 12 characters.')).toBeVisible();
  await page.getByLabel('Password').fill(admin.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL(`${world.url}/`);
  await accessible();
  const other = await context.newPage();
  await other.goto(world.setupUrl);
  await expect(other.getByRole('alert').first()).toBeVisible();
  await other.close();
});

test('a wrong password is refused, the right one signs in', async ({ browser }) => {
  const stranger = await browser.newContext({ baseURL: world.url });
  const own = await stranger.newPage();
  await own.goto('/system/hosts');
  await expect(own).toHaveURL(/\/sign-in\?next=/);
  await own.getByLabel('E-mail').fill(admin.email);
  await own.getByLabel('Password').fill('not-the-password');
  await own.getByRole('button', { name: 'Sign in' }).click();
  await expect(own.getByRole('alert').first()).toBeVisible();
  await own.getByLabel('Password').fill(admin.password);
  await own.getByRole('button', { name: 'Sign in' }).click();
  await expect(own).toHaveURL(`${world.url}/system/hosts`);
  await stranger.close();
});

test('adds a host over SSH after its key was compared, and the doctor looks at it', async () => {
  await virsh(host, ['net-list', '--all']);
  await docker(host, ['run', '-d', '--name', 'from-before', 'busybox:latest', 'sleep', '3600']);
  await page.goto('/system/hosts/new');
  await page.getByLabel('Name', { exact: true }).fill('reef-1');
  await page.getByLabel('Address').fill(host.ssh.host);
  await page.getByLabel('Port').fill(String(host.ssh.port));
  const command = await page
    .getByText(/ssh-ed25519 AAAA/)
    .first()
    .textContent();
  const publicKey = /ssh-ed25519 [A-Za-z0-9+/=]+/.exec(command ?? '')?.[0] ?? '';
  await appendFile(host.ssh.authorizedKeysPath, `${publicKey} atoll\n`);
  await accessible();
  await page.getByRole('button', { name: 'Read the host key' }).click();
  await expect(page.getByText(host.ssh.hostKeyFingerprint)).toBeVisible();
  await page.getByRole('checkbox', { name: 'The fingerprint is the same' }).check();
  await page.getByRole('button', { name: 'Add host' }).click();
  await expect(page).toHaveURL(/\/doctor$/);
  await expect(page.getByTitle('libvirt.version')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText('mend this')).toHaveCount(0);
  await expect(page.getByText('online', { exact: true })).toBeVisible();
  await accessible();
});

test('what ran before is listed as unmanaged', async () => {
  await page.getByRole('link', { name: /^Unmanaged/ }).click();
  await expect(page.getByText('from-before')).toBeVisible();
});

test('uploads an image', async () => {
  await page.goto('/');
  const slug = await page.evaluate(async () => {
    const answer = await fetch('/api/v1/projects');
    return ((await answer.json()) as { items: { slug: string }[] }).items[0]?.slug;
  });
  projectUrl = `/projects/${slug}`;
  await page.goto(`${projectUrl}/images/new`);
  await page.getByLabel('File').setInputFiles(world.guestImagePath);
  await page.getByLabel('Name', { exact: true }).fill('mini');
  await page.getByLabel('Account for SSH keys').fill('root');
  await accessible();
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(row('mini').getByText('ready')).toBeVisible({ timeout: 60_000 });
});

test('makes a VM that runs and has an address, and signs in to it', async () => {
  const key = await guestKey();
  await page.goto(`${projectUrl}/instances/new`);
  await page.getByRole('radio', { name: /Virtual machine/ }).check();
  await page.getByLabel('Name', { exact: true }).fill('web-1');
  await page.getByRole('radio', { name: /mini/ }).check();
  await page.getByRole('radio', { name: /Custom/ }).check();
  await page.getByRole('spinbutton', { name: 'vCPU' }).fill('1');
  await page.getByRole('spinbutton', { name: 'Memory' }).fill('192');
  await page.getByRole('spinbutton', { name: 'Disk' }).fill('1');
  await page.getByLabel('Public key').first().fill(key.publicKey);
  await expect(page.getByText('Fits on 1 of 1 host.')).toBeVisible();
  await accessible();
  await page.getByRole('button', { name: 'Create VM' }).click();
  await expect(page).toHaveURL(/\/instances/);
  await page.goto(`${projectUrl}/instances`);
  await expect(row('web-1').getByText('running')).toBeVisible({ timeout: 90_000 });
  await row('web-1').getByRole('link', { name: 'web-1' }).click();
  const address = page.getByText(/^\d+\.\d+\.\d+\.\d+$/).first();
  await expect(address).toBeVisible({ timeout: 120_000 });
  const ip = (await address.textContent()) ?? '';
  await expect.poll(() => askHostname(host, ip, key.path), { timeout: 120_000 }).toContain('web-1');
  await accessible();
});

test('a name that is taken is said at the field', async () => {
  await page.goto(`${projectUrl}/instances/new?kind=container`);
  await page.getByLabel('Name', { exact: true }).fill('web-1');
  await page.getByLabel('Container image').fill('busybox:latest');
  await page.getByRole('button', { name: 'Create container' }).click();
  await expect(page.getByText(/taken/i).first()).toBeVisible();
});

test('makes a container, from the draft that the refused request left', async () => {
  await page.goto(`${projectUrl}/instances/new?kind=container`);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('web-1');
  await page.getByLabel('Name', { exact: true }).fill('cache');
  await page.getByLabel('Container image').fill('busybox:latest');
  await page.getByRole('textbox', { name: 'Command' }).fill('sleep 3600');
  await accessible();
  await page.getByRole('button', { name: 'Create container' }).click();
  await page.goto(`${projectUrl}/instances`);
  await expect(row('cache').getByText('running')).toBeVisible({ timeout: 90_000 });
  await accessible();
});

test('an outside change appears in a second browser by itself', async ({ browser }) => {
  const second = await browser.newContext({ baseURL: world.url, storageState: await context.storageState() });
  const watcher = await second.newPage();
  await watcher.goto(`${projectUrl}/instances`);
  const cache = watcher.getByRole('row').filter({ hasText: 'cache' });
  await expect(cache.getByText('running')).toBeVisible();
  const [id] = (await docker(host, ['ps', '-q', '--filter', 'label=atoll.instance'])).trim().split('\n');
  await docker(host, ['kill', id ?? '']);
  await expect(cache.getByText(/stopped|crashed/)).toBeVisible();
  const web = watcher.getByRole('row').filter({ hasText: 'web-1' });
  const [domain] = (await virsh(host, ['list', '--uuid'])).trim().split('\n');
  await virsh(host, ['suspend', domain ?? '']);
  await expect(web.getByText('paused')).toBeVisible();
  await virsh(host, ['resume', domain ?? '']);
  await expect(web.getByText('running')).toBeVisible();
  await second.close();
});

test('stops and starts the VM from its page', async () => {
  await page.goto(`${projectUrl}/instances`);
  await row('web-1').getByRole('link', { name: 'web-1' }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('stopped', { exact: true }).first()).toBeVisible({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByText('running', { exact: true }).first()).toBeVisible({ timeout: 90_000 });
});

test('a failing create explains itself in four lines and leaves nothing behind', async () => {
  const before = await docker(host, ['ps', '-aq']);
  await page.goto(`${projectUrl}/instances/new?kind=container`);
  await page.getByLabel('Name', { exact: true }).fill('lost');
  await page.getByLabel('Container image').fill('nobody/has-this:1');
  await page.getByRole('button', { name: 'Create container' }).click();
  await page.goto(`${projectUrl}/instances`);
  await expect(row('lost').getByText('failed')).toBeVisible({ timeout: 90_000 });
  await row('lost').getByRole('link', { name: 'lost' }).click();
  await expect(page.getByText('What to do').or(page.getByText('Now')).first()).toBeVisible();
  expect(await docker(host, ['ps', '-aq'])).toBe(before);
  await accessible();
});

test('deletes everything, and the host is as it was', async () => {
  for (const name of ['web-1', 'cache', 'lost']) {
    await page.goto(`${projectUrl}/instances`);
    await row(name).getByRole('link', { name }).click();
    await page.getByRole('main').getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
    const type = dialog.getByRole('textbox');
    if (await type.count()) await type.fill(name);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.goto(`${projectUrl}/instances`);
    await expect(row(name)).toHaveCount(0, { timeout: 90_000 });
  }
  expect((await virsh(host, ['list', '--all', '--name'])).trim()).toBe('');
  expect((await docker(host, ['ps', '-a', '--format', '{{.Names}}'])).trim()).toBe('from-before');
});

test('works in Chinese, in the dark, on a phone, without an accessibility finding', async ({ browser }) => {
  const phone = await browser.newContext({
    baseURL: world.url,
    storageState: await context.storageState(),
    locale: 'zh-CN',
    colorScheme: 'dark',
    viewport: { width: 390, height: 844 },
  });
  const small = await phone.newPage();
  for (const path of ['/', `${projectUrl}/instances`, `${projectUrl}/instances/new`, '/system/hosts']) {
    await small.goto(path);
    await expect(small.getByRole('heading', { level: 1 })).toBeVisible();
    const { violations } = await new AxeBuilder({ page: small }).analyze();
    expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  await phone.close();
});

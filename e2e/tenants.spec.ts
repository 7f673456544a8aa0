import { appendFile } from 'node:fs/promises';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { docker } from '../server/testing/lab/host-access.ts';
import { signIn } from './sign-in.ts';
import { type HostWorld, startHostWorld } from './world.ts';

/*
 * An admin and two tenants, each in a browser of their own, at the same time on a real host: a quota that is used up, asked
 * for and raised; nobody sees or spends what is not theirs.
 */

let world: HostWorld;
let admin: BrowserContext;
let blue: BrowserContext;
let red: BrowserContext;
let adminPage: Page;
let bluePage: Page;
let redPage: Page;

const password = 'harbour-and-tide-42';
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

/** A request of the browser's own session. */
async function send<T>(context: BrowserContext, method: string, path: string, data?: unknown): Promise<T> {
  const answer = await context.request.fetch(`${world.url}${path}`, {
    method,
    headers: { origin: world.url },
    ...(data !== undefined && { data }),
  });
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

const statusOf = async (context: BrowserContext, method: string, path: string): Promise<number> =>
  (await context.request.fetch(`${world.url}${path}`, { method, headers: { origin: world.url } })).status();

/** Adds a person, who signs in by their one-time link in a browser of their own. */
async function addPerson(context: BrowserContext, name: string): Promise<string> {
  const made = await send<{ result: { data: { user: { id: string }; setupPath: string } } }>(
    admin,
    'POST',
    '/api/trpc/user.create',
    { email: `${name.toLowerCase()}@example.org`, name },
  );
  const { user, setupPath } = made.result.data;
  const token = new URLSearchParams(new URL(setupPath, world.url).hash.slice(1)).get('token');
  await send(context, 'POST', '/api/trpc/auth.completeSetup', { token, password });
  return user.id;
}

async function fillContainer(page: Page, name: string): Promise<void> {
  await page.goto('/projects/blue/instances/new?kind=container');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Container image').fill('busybox:latest');
  await page.getByRole('textbox', { name: 'Command' }).fill('sleep 3600');
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  world = await startHostWorld('reef-tenants');
  [admin, blue, red] = (await Promise.all([1, 2, 3].map(() => browser.newContext({ baseURL: world.url })))) as [
    BrowserContext,
    BrowserContext,
    BrowserContext,
  ];
  await signIn(admin, world);
  const { host } = world;
  const { publicKey } = await send<{ publicKey: string }>(admin, 'GET', '/api/v1/host-keys/identity');
  await appendFile(host.ssh.authorizedKeysPath, `${publicKey}\n`);
  const { host: address, port, hostKeyFingerprint: fingerprint } = host.ssh;
  const connection = { type: 'ssh', address, port, user: 'root', fingerprint };
  const { operation } = await send<{ operation: { id: string } }>(admin, 'POST', '/api/v1/hosts', {
    name: 'reef-tenants',
    connection,
  });
  await expect
    .poll(
      async () => (await send<{ state: string }>(admin, 'GET', `/api/v1/operations/${operation.id}?wait=20s`)).state,
      { timeout: 120_000 },
    )
    .toBe('succeeded');
});

test.afterAll(async () => {
  await Promise.all([admin, blue, red].map((context) => context?.close()));
  await world?.stop();
});

test('an admin gives a team a project with a quota', async () => {
  const blueId = await addPerson(blue, 'Bea');
  await addPerson(red, 'Rob');
  await send(admin, 'POST', '/api/v1/projects', {
    name: 'Blue',
    slug: 'blue',
    quota: { instances: 1 },
    ownerId: blueId,
  });
  [adminPage, bluePage, redPage] = await Promise.all([admin.newPage(), blue.newPage(), red.newPage()]);
  await Promise.all([adminPage.goto('/'), redPage.goto('/'), bluePage.goto('/projects/blue/instances')]);
});

test('a tenant makes what fits, and asks for more where it does not', async () => {
  await fillContainer(bluePage, 'first');
  await bluePage.getByRole('button', { name: 'Create container' }).click();
  await bluePage.goto('/projects/blue/instances');
  await expect(row(bluePage, 'first').getByText('running')).toBeVisible({ timeout: 90_000 });

  await fillContainer(bluePage, 'second');
  await bluePage.getByRole('button', { name: 'Request more' }).click();
  const dialog = bluePage.getByRole('dialog');
  await expect(dialog.getByLabel('Instances')).toHaveValue('2');
  await dialog.getByLabel('What is it for?').fill('A second one');
  await dialog.getByRole('button', { name: 'Send request' }).click();
  await expect(dialog).toBeHidden();
});

test('the admin is told, and grants it', async () => {
  await expect(adminPage.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible();
  await adminPage.goto('/system/quota-requests');
  await row(adminPage, 'Blue').first().click();
  await adminPage.getByRole('button', { name: 'Grant', exact: true }).click();
  await expect(bluePage.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible();
});

test('the tenant goes on where they were', async () => {
  await expect(bluePage.getByRole('button', { name: 'Create container' })).toBeVisible();
  await bluePage.getByRole('button', { name: 'Create container' }).click();
  await bluePage.goto('/projects/blue/instances');
  await expect(row(bluePage, 'second').getByText('running')).toBeVisible({ timeout: 90_000 });
});

test('nobody sees or touches what is not theirs', async () => {
  const { items } = await send<{ items: { id: string }[] }>(blue, 'GET', '/api/v1/projects/blue/instances');
  const [instance] = items;
  const path = `/api/v1/projects/blue/instances/${instance?.id}`;
  expect(await statusOf(red, 'GET', path)).toBe(404);
  expect(await statusOf(red, 'POST', `${path}/stop`)).toBe(404);
  expect(await statusOf(red, 'DELETE', path)).toBe(404);
  for (const place of ['', '/instances', '/members', '/quota-requests', '/audit', '/invitations'])
    expect(await statusOf(red, 'GET', `/api/v1/projects/blue${place}`), place).toBe(404);
  for (const place of ['hosts', 'users', 'host-pools', 'audit', 'quota-requests'])
    expect(await statusOf(red, 'GET', `/api/v1/${place}`), place).toBe(403);
  await redPage.goto('/projects/blue/instances');
  await expect(redPage.getByText(/not (there|found)|no such/i).first()).toBeVisible();
  await expect(redPage.getByText('first', { exact: true })).toHaveCount(0);
  await redPage.goto('/');
  const { items: own } = await send<{ items: { slug: string }[] }>(red, 'GET', '/api/v1/projects');
  expect(own.map(({ slug }) => slug)).not.toContain('blue');
  await redPage.keyboard.press('Control+k');
  await redPage.getByRole('combobox').fill('first');
  await expect(redPage.getByRole('option', { name: /first/ })).toHaveCount(0);
  expect((await docker(world.host, ['ps', '--format', '{{.Names}}'])).trim().split('\n')).toHaveLength(2);
});

test('the audit tells the story', async () => {
  const { items } = await send<{ items: { action: string; outcome: string }[] }>(
    blue,
    'GET',
    '/api/v1/projects/blue/audit?limit=100',
  );
  const told = items.map(({ action, outcome }) => `${action} ${outcome}`);
  for (const line of [
    'project.create done',
    'instance.create done',
    'quotaRequest.create done',
    'quotaRequest.grant done',
  ])
    expect(told).toContain(line);
  expect(told.filter((line) => line === 'instance.stop refused')).toHaveLength(0);
});

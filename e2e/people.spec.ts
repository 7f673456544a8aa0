import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { signIn } from './sign-in.ts';
import { readWorld } from './world.ts';

/* An owner and a guest in two browsers: invited, joined, given more, removed; no host is needed. */

const world = readWorld();
const stamp = Date.now().toString(36);
const guest = { name: `Grace ${stamp}`, email: `grace-${stamp}@example.org`, password: 'harbour-and-tide-42' };
const project = { name: `Harbour ${stamp}`, slug: `harbour-${stamp}` };
const role = `Night shift ${stamp}`;
let owner: BrowserContext;
let page: Page;
let other: BrowserContext;
let theirs: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  owner = await browser.newContext({ baseURL: world.url });
  await signIn(owner, world);
  page = await owner.newPage();
  other = await browser.newContext({ baseURL: world.url });
  theirs = await other.newPage();
  const made = await owner.request.post('/api/v1/projects', { data: project, headers: { origin: world.url } });
  expect(made.status()).toBe(201);
});

test.afterAll(async () => {
  await owner?.close();
  await other?.close();
});

/** WCAG 2.2 A and AA by axe: nothing to find. */
async function accessible(shown: Page): Promise<void> {
  // The title is streamed after the page.
  await expect(shown).toHaveTitle(/\S/);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page: shown }).withTags(tags).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
}

const row = (shown: Page, name: string) => shown.getByRole('row').filter({ hasText: name });
const members = `/projects/${project.slug}/members`;

test('an admin puts a role together', async () => {
  await page.goto('/system/roles');
  await page.getByRole('button', { name: 'Create role' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(role);
  await dialog.getByRole('checkbox', { name: 'instance:read' }).click();
  await dialog.getByRole('checkbox', { name: 'member:read' }).click();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Create role' }).click();
  await expect(row(page, role)).toContainText('3');
  await accessible(page);
});

test('the owner invites an address that nobody knows', async () => {
  await page.goto(members);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill(guest.email);
  await dialog.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: /^viewer/ }).click();
  await dialog.getByRole('button', { name: 'Make link' }).click();
  await expect(dialog.getByText(`${guest.email} is invited`)).toBeVisible();
  const link = ((await dialog.locator('code, pre').first().textContent()) ?? '').trim();
  expect(link).toMatch(/\/invitation#token=invite_/);
  await dialog.getByRole('button', { name: 'I have handed it over' }).click();
  await expect(row(page, guest.email)).toContainText('open');
  await accessible(page);

  // Who is signed in as somebody else hears so, and nothing happens.
  const wrong = await owner.newPage();
  await wrong.goto(link);
  await expect(wrong.getByText(`This invitation is for ${guest.email}`)).toBeVisible();
  await accessible(wrong);
  await wrong.close();

  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { name: `Join ${project.name}` })).toBeVisible();
  await accessible(theirs);
  await theirs.getByLabel('Name').fill(guest.name);
  await theirs.getByLabel('Password').fill('short');
  await theirs.getByRole('button', { name: 'Create account and join' }).click();
  await expect(theirs.getByText('Use at least 12 characters.')).toBeVisible();
  await theirs.getByLabel('Password').fill(guest.password);
  await theirs.getByRole('button', { name: 'Create account and join' }).click();
  await expect(theirs).toHaveURL(`${world.url}/projects/${project.slug}/instances`);
  // A viewer makes nothing, and hears why.
  await expect(theirs.getByRole('button', { name: 'Create', exact: true }).first()).toHaveAttribute(
    'aria-disabled',
    'true',
  );

  // The link has done its work.
  const again = await other.newPage();
  await again.goto(link);
  await expect(again.getByText('This invitation does not work any more.')).toBeVisible();
  await again.close();
});

test('the guest gets another role and can do more, without signing in anew', async () => {
  await page.goto(members);
  await row(page, guest.name)
    .getByRole('button', { name: `Actions on ${guest.name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Change role' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: /^member/ }).click();
  await dialog.getByRole('button', { name: 'Change role' }).click();
  await expect(row(page, guest.name)).toContainText('member');
  await expect(theirs.getByRole('link', { name: 'Create', exact: true }).first()).toBeVisible();
});

test('an archived project says why nothing can be made in it', async () => {
  await page.goto(`/projects/${project.slug}/settings`);
  await page.getByRole('button', { name: 'Archive project' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive', exact: true }).click();
  await expect(page.getByText('This project is archived')).toBeVisible();
  await accessible(page);
  const create = theirs.getByRole('button', { name: 'Create', exact: true }).first();
  await expect(create).toHaveAttribute('aria-disabled', 'true');
  await create.hover();
  await expect(theirs.getByText('The project is archived: nothing new is made or started in it.')).toBeVisible();
  await page.getByRole('button', { name: 'Take out of the archive' }).click();
  await expect(theirs.getByRole('link', { name: 'Create', exact: true }).first()).toBeVisible();
});

test('who is removed is out', async () => {
  await page.goto(members);
  await row(page, guest.name)
    .getByRole('button', { name: `Actions on ${guest.name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Remove from the project' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  const refused = await other.request.get(`/api/v1/projects/${project.slug}`);
  expect(refused.status()).toBe(404);
});

test('an admin shuts the guest out, and their session is over', async () => {
  await page.goto(`/system/users?q=${guest.email}`);
  await expect(row(page, guest.name)).toContainText('active');
  await row(page, guest.name)
    .getByRole('button', { name: `Actions on ${guest.name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(row(page, guest.name)).toContainText('disabled');
  await accessible(page);
  expect((await other.request.get('/api/v1/me')).status()).toBe(401);
});

test('a project goes with everything in it, after its name was typed', async () => {
  await page.goto(`/projects/${project.slug}/settings`);
  await page.getByRole('button', { name: 'Delete project' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('1 person loses it')).toBeVisible();
  await accessible(page);
  const verb = dialog.getByRole('button', { name: 'Delete project' });
  await expect(verb).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByRole('textbox').fill(project.name);
  await verb.click();
  await expect(page).toHaveURL(/\/operations\//);
  await expect(async () => {
    expect((await owner.request.get(`/api/v1/projects/${project.slug}`)).status()).toBe(404);
  }).toPass();
});

import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { type OwnWorld, startOwnWorld } from './own-world.ts';

let world: OwnWorld;
let context: BrowserContext;
let page: Page;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ browser }) => {
  world = await startOwnWorld('reef-pool');
  context = await browser.newContext({ baseURL: world.atoll.url });
  const [name = '', value = ''] = world.cookie.split('=');
  await context.addCookies([{ name, value, url: world.atoll.url }]);
  page = await context.newPage();
});

test.afterAll(async () => {
  await context?.close();
  await world?.stop();
});

test('makes a pool and moves a host into it, with a trait', async () => {
  await page.goto('/system/pools');
  await page.getByRole('button', { name: 'Create pool' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('fast');
  await dialog.getByLabel('CPU given out ×').fill('2');
  await dialog.getByRole('button', { name: 'Create pool' }).click();
  await expect(page.getByRole('link', { name: 'fast' })).toBeVisible();
  await page.goto(`/system/hosts/${world.hostId}/settings`);
  await page.getByLabel('Host pool').click();
  await page.getByRole('option', { name: 'fast' }).click();
  await page.getByLabel('Traits').fill('ssd');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(async () => {
    const host = await world.client.get<{ hostPool: { name: string }; traits: string[] }>(`/hosts/${world.hostId}`);
    expect(host).toMatchObject({ hostPool: { name: 'fast' }, traits: ['ssd'] });
  }).toPass();
});

test('cordons with a reason, which the create page says, and takes the cordon off from there', async () => {
  await page.goto(`/system/hosts/${world.hostId}`);
  await page.getByRole('button', { name: 'Cordon' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Cordon' })).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByLabel('Reason').fill('disk is being replaced');
  await dialog.getByRole('button', { name: 'Cordon' }).click();
  await expect(page.getByText('It is cordoned: nothing new is placed here')).toBeVisible();
  await page.goto(`/projects/${world.project.slug}/instances/new?kind=container`);
  await expect(page.getByText('It is cordoned: disk is being replaced')).toBeVisible();
  await page.getByRole('button', { name: 'Uncordon reef-pool' }).click();
  await expect(page.getByText('Fits on 1 of 1 host.')).toBeVisible();
});

test('says what is missing, and a button makes it fit', async () => {
  await page.getByRole('radio', { name: /Custom/ }).check();
  const { capacity } = await world.client.get<{ capacity: { memoryMiB: { allocatable: number } } }>(
    `/hosts/${world.hostId}`,
  );
  const { allocatable } = capacity.memoryMiB;
  await page.getByRole('spinbutton', { name: 'Memory' }).fill(String(allocatable + 512));
  await expect(
    page.getByText(`Missing: 512 MiB of memory (${allocatable} of ${allocatable + 512} free).`),
  ).toBeVisible();
  await page.getByRole('button', { name: /^Memory: / }).click();
  await expect(page.getByRole('spinbutton', { name: 'Memory' })).toHaveValue(String(allocatable));
  await expect(page.getByText('Fits on 1 of 1 host.')).toBeVisible();
});

test('asks for a trait and makes a placement group on the way', async () => {
  await page.getByRole('checkbox', { name: 'ssd' }).check();
  await page.getByRole('button', { name: 'New placement group' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('web');
  await dialog.getByRole('button', { name: 'Create group' }).click();
  await expect(dialog).toBeHidden();
  const groups = await world.client.get<{ items: { name: string }[] }>(
    `/projects/${world.project.slug}/placement-groups`,
  );
  expect(groups.items.map(({ name }) => name)).toEqual(['web']);
  await expect(page.getByLabel('Placement group').first()).toContainText('web');
});

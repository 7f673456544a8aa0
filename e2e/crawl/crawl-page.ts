import type { Locator, Page, Response } from '@playwright/test';

/** Goes there and waits until nothing is loading any more. The event stream never ends, so "network idle" says nothing. */
async function settle(page: Page, address: string): Promise<Response | null> {
  const answer = await page.goto(address);
  await page
    .locator('[aria-busy="true"]')
    .first()
    .waitFor({ state: 'detached', timeout: 10_000 })
    .catch(() => undefined);
  return answer;
}

/** What a visit of one page found wrong, as sentences, and where its links lead. */
export interface Visit {
  findings: string[];
  links: string[];
}

const main = (page: Page): Locator => page.locator('main');

/** The addresses inside the console that the page links to, without query and hash. */
async function linksOf(page: Page): Promise<string[]> {
  const hrefs = await page
    .locator('a[href^="/"]')
    .evaluateAll((links) => links.map((a) => a.getAttribute('href') ?? ''));
  return [...new Set(hrefs.map((href) => href.split(/[?#]/, 1)[0] ?? ''))].filter((href) => !href.startsWith('/api/'));
}

async function nameOf(control: Locator): Promise<string> {
  const label = await control.getAttribute('aria-label');
  return (label ?? (await control.textContent()) ?? '').trim().slice(0, 60) || '(no name)';
}

/** Controls that cannot be used now and do not say why: no tooltip when they are reached, no description, no words beside them. */
async function unexplained(page: Page, scope: Locator): Promise<string[]> {
  const found: string[] = [];
  for (const control of await scope.locator('button[aria-disabled="true"]:visible').all()) {
    if ((await control.getAttribute('aria-busy')) === 'true') continue;
    await control.focus();
    await control.hover({ force: true });
    const tooltip = page.locator('[data-side]').filter({ hasText: /\S/ });
    const shown = await tooltip
      .first()
      .waitFor({ state: 'visible', timeout: 5_000 })
      .then(() => true)
      .catch(() => false);
    if (!shown && !(await control.getAttribute('aria-describedby'))) found.push(await nameOf(control));
    await page.mouse.move(0, 0);
  }
  return found;
}

/** Opens every menu of the page and looks at what it offers: an item that is off says why. */
async function menusOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const trigger of (await main(page).locator('button[aria-haspopup="menu"]:visible').all()).slice(0, 4)) {
    await trigger.click();
    const menu = page.getByRole('menu').first();
    await menu.waitFor({ state: 'visible' });
    for (const item of await menu.locator('[role="menuitem"][aria-disabled="true"]').all()) {
      // A reason stands below the name: more than one line of text.
      if ((await item.locator('*').filter({ hasText: /\S/ }).count()) < 2 && !(await item.getAttribute('title')))
        found.push(`menu item ${await nameOf(item)}`);
    }
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  }
  return found;
}

/** Presses what can be pressed and opens something: dialogs are looked at and left again. */
async function pressButtons(page: Page): Promise<string[]> {
  const found: string[] = [];
  const buttons = main(page).locator('button:visible:not([aria-disabled="true"]):not([aria-haspopup="menu"])');
  const count = Math.min(await buttons.count(), 25);
  const address = page.url();
  // Rows of a table have the same buttons.
  const pressed = new Set<string>();
  for (let index = 0; index < count; index++) {
    const button = buttons.nth(index);
    if (!(await button.isVisible().catch(() => false))) continue;
    const name = (await nameOf(button)).replace(/\S*[\d-]\S*/g, '*');
    if (pressed.has(name)) continue;
    pressed.add(name);
    await button.click({ timeout: 2_000 }).catch(() => undefined);
    const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog')).first();
    if (await dialog.isVisible().catch(() => false)) {
      for (const name of await unexplained(page, dialog)) found.push(`${name} (in a dialog)`);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden', timeout: 5_000 }).catch(() => undefined);
    }
    if (page.url() !== address) await settle(page, address);
  }
  return found;
}

/** Visits one address as whoever the page is signed in as. */
export async function visit(page: Page, address: string): Promise<Visit> {
  const findings: string[] = [];
  const refusals: string[] = [];
  const watch = (response: { status(): number; url(): string }) => {
    if (response.status() === 403 || response.status() >= 500)
      refusals.push(`${response.status()} ${new URL(response.url()).pathname}`);
  };
  page.on('response', watch);
  try {
    const answer = await settle(page, address);
    if (!answer || answer.status() >= 400) findings.push(`answers ${answer?.status() ?? 'nothing'}`);
    if ((await main(page).count()) === 0) return { findings: [...findings, 'shows no content'], links: [] };
    const links = await linksOf(page);
    for (const name of await unexplained(page, page.locator('body')))
      findings.push(`"${name}" is off and says no reason`);
    for (const name of await menusOf(page)) findings.push(`${name} is off and says no reason`);
    for (const name of await pressButtons(page)) findings.push(`"${name}" is off and says no reason`);
    return { findings: [...findings, ...new Set(refusals)], links };
  } finally {
    page.off('response', watch);
  }
}

import { type Browser, chromium, type Page } from '@playwright/test';
import type { OwnWorld } from '../e2e/own-world.ts';
import config from '../playwright.config.ts';

/** Headless Chromium as the e2e tests have it, with a page that is signed in as the world's admin. */
export async function openBrowser({ atoll, cookie }: OwnWorld): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch(config.use?.launchOptions);
  const context = await browser.newContext({ baseURL: atoll.url, viewport: { width: 1440, height: 900 } });
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: atoll.url }]);
  return { browser, page: await context.newPage() };
}

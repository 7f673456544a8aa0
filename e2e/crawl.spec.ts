import { expect, test } from '@playwright/test';
import { visit } from './crawl/crawl-page.ts';
import { type CrawlWorld, crawlers, startCrawlWorld } from './crawl/crawl-world.ts';

/*
 * Signs in as each role, follows every link and presses what can be pressed. Nobody meets a 403, nor a control that is off
 * without saying why.
 */

/** More than any role has today: a crawl that runs in circles ends. */
const maxPages = 90;

let world: CrawlWorld;

test.beforeAll(async () => {
  world = await startCrawlWorld();
});
test.afterAll(() => world?.stop());

/** `/projects/blue-team/instances/<id>` and its like are one page each: the first of a kind is enough. */
const kindOf = (address: string): string => address.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '*');

for (const crawler of crawlers) {
  test(`${crawler} can use what ${crawler} sees`, async ({ browser }) => {
    test.setTimeout(480_000);
    const context = await browser.newContext({ baseURL: world.url });
    await context.addCookies([{ name: 'atoll', value: world.sessions[crawler], url: world.url }]);
    const page = await context.newPage();
    const waiting = [...world.starts];
    const seen = new Set<string>();
    const findings: string[] = [];
    for (let address = waiting.shift(); address !== undefined && seen.size < maxPages; address = waiting.shift()) {
      const kind = kindOf(address);
      if (seen.has(kind)) continue;
      seen.add(kind);
      const found = await visit(page, address);
      findings.push(...found.findings.map((finding) => `${address}: ${finding}`));
      waiting.push(...found.links);
    }
    await context.close();
    expect(findings).toEqual([]);
    expect(seen.size).toBeGreaterThan(10);
  });
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOwnWorld } from '../e2e/own-world.ts';
import type { Instance } from '../server/contract/instance.ts';
import { createDb } from '../server/db/client.ts';
import { makeHost, makeInstance, makeProject } from '../server/testing/factories.ts';
import { type Contender, measure, printResults } from './measure.ts';
import { openBrowser } from './open-browser.ts';

/**
 * Instances of a project with 1,000 of them against a project with 10: over REST, and as a page in headless Chromium until the
 * first row stands there. `node bench/list-instances.ts [rounds]`
 */
const rounds = Number(process.argv[2] ?? 20);
const many = 1_000;
const few = 10;

const world = await startOwnWorld('bench-list');
const { client } = world;
const { browser, page } = await openBrowser(world);

/** Rows as the product makes them, on a host in quarantine: nobody asks it whether they are there. */
async function fill(): Promise<{ big: string; small: string }> {
  const url = (await readFile(join(world.dataDir, 'secrets/database-url'), 'utf8')).trim();
  const db = createDb(url, { max: 4 });
  try {
    const { id: ownerId } = await client.get<{ id: string }>('/me');
    const host = await makeHost(db, { state: 'quarantined' });
    const quota = { instances: many, vcpus: many, memoryMiB: many * 512 };
    const [big, small] = [await makeProject(db, { ownerId, quota }), await makeProject(db, { ownerId })];
    for (const [project, count] of [
      [big, many],
      [small, few],
    ] as const) {
      for (let index = 0; index < count; index++) {
        await makeInstance(db, {
          projectId: project.id,
          hostId: host.id,
          name: `row-${String(index).padStart(4, '0')}`,
        });
      }
    }
    return { big: big.slug, small: small.slug };
  } finally {
    await db.$disconnect();
  }
}

/** All pages, one after the other, as a script reads a list. */
async function readAll(project: string, limit: number): Promise<number> {
  let read = 0;
  let cursor: string | null = null;
  do {
    const path: string = `/projects/${project}/instances?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const answer: { items: Instance[]; nextCursor: string | null } = await client.get(path);
    read += answer.items.length;
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return read;
}

const reads = (name: string, project: string, limit: number, wanted: number): Contender => ({
  name,
  async run() {
    const read = await readAll(project, limit);
    if (read !== wanted) throw new Error(`${read} instances`);
  },
});

const loads = (name: string, project: string): Contender => ({
  name,
  async run() {
    await page.goto(`/projects/${project}/instances`, { waitUntil: 'commit' });
    await page.getByRole('row').filter({ hasText: 'row-0000' }).waitFor();
  },
  after: () => page.goto('about:blank'),
});

try {
  const { big, small } = await fill();
  const rest = [
    reads(`GET of ${few}, all there are`, small, few, few),
    reads(`GET of ${many}, in pages of 200`, big, 200, many),
    {
      name: `GET of the first ${few} of ${many}`,
      run: () => client.get(`/projects/${big}/instances?limit=${few}`),
    },
  ];
  printResults('List instances over REST', await measure(rest, rounds), rounds);
  const pages = [loads(`a project of ${few}`, small), loads(`a project of ${many}`, big)];
  printResults('Open the list of instances, until the first row shows', await measure(pages, rounds), rounds);
} finally {
  await browser.close();
  await world.stop();
}

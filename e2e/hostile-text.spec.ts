import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { Client } from 'pg';
import { createDb, type Db, inTx } from '../server/db/client.ts';
import { appendEvent } from '../server/db/event-store.ts';
import { insertSession } from '../server/db/session-store.ts';
import { upsertUnmanaged } from '../server/db/unmanaged-store.ts';
import { newToken } from '../server/platform/hash.ts';
import {
  makeFlavor,
  makeHost,
  makeImage,
  makeInstance,
  makeOperation,
  makeProject,
  makeUser,
  makeVolume,
} from '../server/testing/factories.ts';
import { type AtollProcess, startAtoll } from './atoll-process.ts';

/*
 * What tenants, guests and hosts write is hostile wherever it is shown (security.md 48). Every column of text in the database gets
 * markup, whether an input would let it through or not; then an admin looks at every page, in both languages.
 */

const polyglot = `"><img data-xss src=x onerror=alert(1)>'--></style></script><svg data-xss onload=alert(2)>\${alert(3)}{{alert(4)}}`;

/** What the code compares, looks up or links by; its values are Atoll's own and its database holds most of them by CHECK. */
const machineColumn =
  /(^|_)(id|ids|key|state|kind|type|role|resource|slug|mac|mode|method|purpose|scopes?|topic|severity|format|sha256|sha512|hash|action|outcome|step|lifecycle|owner|chain|prefix|currency|status|ratio|network|traits|permissions|pool|allowed_ips|email|hostname|policy)$/;
const machineKey =
  /^(id|type|state|kind|source|family|engine|severity|code|mode|protocol|resource|operation|step|code|at|subnet|level)$/;

/** The same value with markup in every string of it that people read. */
function poisoned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return machineKey.test(key) ? value : value + polyglot;
  if (Array.isArray(value)) return value.map((each) => poisoned(each, key));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poisoned(each, name)]));
}

/** Puts markup into the text of every row; answers the columns that took it. */
async function poison(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const taken: string[] = [];
  try {
    const { rows: columns } = await client.query<{ t: string; c: string; type: string }>(`
      SELECT table_name AS t, column_name AS c, data_type AS type FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('_prisma_migrations', 'setting')
        AND data_type IN ('text', 'jsonb', 'ARRAY')`);
    for (const { t, c, type } of columns.filter((column) => !machineColumn.test(column.c))) {
      const { rows } = await client.query<{ at: string; value: unknown }>(
        `SELECT ctid AS at, "${c}" AS value FROM "${t}"`,
      );
      for (const { at, value } of rows) {
        if (value === null) continue;
        const next = c.endsWith('_url') ? 'javascript:alert(5)' : poisoned(value);
        const given = type === 'jsonb' ? JSON.stringify(next) : next;
        // What a CHECK or a trigger holds keeps its value: nobody else can write it either.
        const written = await client
          .query(`UPDATE "${t}" SET "${c}" = $1 WHERE ctid = $2`, [given, at])
          .catch(() => null);
        if (written?.rowCount) taken.push(`${t}.${c}`);
      }
    }
  } finally {
    await client.end();
  }
  return [...new Set(taken)];
}

/** Something of everything, as hosts, guests and people would have written it. Answers the admin's session. */
async function fill(db: Db): Promise<string> {
  const admin = await makeUser(db, { name: 'Ada', role: 'admin' });
  const project = await makeProject(db, { slug: 'blue-team', ownerId: admin.id });
  const host = await makeHost(db, { name: 'reef-1', state: 'quarantined', stateReason: 'Another key.' });
  const system = { hostname: 'reef', os: 'Debian', kernel: '6.1', arch: 'x86_64', cpuModel: 'EPYC' };
  const doctor = [{ id: 'machine.cpu', state: 'bad', found: 'nothing', fix: 'Mend it.', command: 'true' }];
  await db.host.update({ where: { id: host.id }, data: { system, doctor, doctorAt: new Date() } });
  await makeFlavor(db, { name: 'small' });
  const image = await makeImage(db, { name: 'debian', sourceUrl: 'https://example.org/debian.qcow2' });
  await db.image.update({ where: { id: image.id }, data: { state: 'failed', stateReason: 'It is broken.' } });
  const on = { projectId: project.id, hostId: host.id };
  const vm = await makeInstance(db, { ...on, name: 'web-1', observedReason: 'shutdown' });
  const guest = [{ address: 'guest', family: 'ipv4', source: 'agent', network: 'default' }];
  await db.instance.update({ where: { id: vm.id }, data: { addresses: guest } });
  await makeInstance(db, { ...on, name: 'cache', kind: 'container', network: 'default', imageName: 'nginx:1' });
  await makeInstance(db, { ...on, name: 'broken', lifecycle: 'failed', failureReason: 'The disk is full.' });
  await makeVolume(db, { ...on, name: 'kept' });
  const seen = {
    kind: 'vm' as const,
    tag: null,
    name: 'theirs',
    state: 'running' as const,
    reason: 'booted',
    image: 'img',
  };
  const sizes = { id: image.id, vcpus: 1, memoryMiB: 64, addresses: [], ports: [] };
  await inTx(db, (tx) => upsertUnmanaged(tx, { hostId: host.id }, { ...seen, ...sizes }));
  await db.containerImage.createMany({
    data: [{ hostId: host.id, id: 'sha256:1', refs: ['nginx:1'], sizeBytes: 1n, inUse: false }],
  });
  const target = { type: 'instance', id: vm.id, name: vm.name };
  const event = { projectId: project.id, target, actor: { id: admin.id, name: 'Ada' }, message: 'It crashed.' };
  for (const type of ['instance.crashed', 'of.another-version'])
    await appendEvent(db, { ...event, type, params: { reason: 'panicked', detail: 'x' } });
  const failed = await makeOperation(db, { projectId: project.id, target, hostId: host.id });
  const error = {
    code: 'driver_failed',
    title: 'No',
    detail: 'It failed.',
    hint: 'Try again.',
    undone: 'Nothing.',
    step: null,
    params: { detail: 'why' },
  };
  await db.operation.update({ where: { id: failed.id }, data: { state: 'failed', error, endedAt: new Date() } });
  await db.operationLog.createMany({ data: [{ operationId: failed.id, level: 'warn', step: null, message: 'said' }] });
  const { token, hash } = newToken('');
  const session = { userId: admin.id, tokenHash: hash, ip: '127.0.0.1', userAgent: 'crawler', ttlSeconds: 3600 };
  await inTx(db, (tx) => insertSession(tx, session));
  return token;
}

interface Looked {
  /** Sentences about what is wrong. */
  findings: string[];
  links: string[];
  /** Whether hostile text is to be seen, as text. */
  hostile: boolean;
}

async function look(page: Page, address: string): Promise<Looked> {
  await page.goto(address);
  const busy = page.locator('[aria-busy="true"]').first();
  await busy.waitFor({ state: 'detached', timeout: 10_000 }).catch(() => undefined);
  const made = await page.locator('[data-xss], a[href^="javascript:" i], iframe, object, embed').count();
  const text = (await page.locator('body').textContent()) ?? '';
  const hrefs = await page
    .locator('a[href^="/"]')
    .evaluateAll((links) => links.map((a) => a.getAttribute('href') ?? ''));
  const links = hrefs.map((href) => href.split(/[?#]/, 1)[0] ?? '').filter((href) => !href.startsWith('/api/'));
  const findings = made > 0 ? [`${address}: text became ${made} elements`] : [];
  return { findings, links, hostile: text.includes('data-xss') };
}

const kindOf = (address: string): string => address.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '*');

let atoll: AtollProcess | undefined;
let dataDir: string;
test.beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'atoll-hostile-'));
  await chmod(dataDir, 0o711); // the PostgreSQL user must be able to pass
  atoll = await startAtoll(dataDir);
});
test.afterAll(async () => {
  await atoll?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('text of tenants, guests and hosts stays text on every page', async ({ browser }) => {
  test.setTimeout(600_000);
  const url = (await readFile(join(dataDir, 'secrets/database-url'), 'utf8')).trim();
  const db = createDb(url, { max: 2 });
  const session = await fill(db).finally(() => db.$disconnect());
  const columns = await poison(url);
  for (const column of [
    'instance.name',
    'container_image.refs',
    'host.system',
    'host.doctor',
    'event.params',
    'event.message',
  ])
    expect(columns).toContain(column);

  const home = atoll?.url ?? '';
  const context = await browser.newContext({ baseURL: home });
  await context.addCookies([{ name: 'atoll', value: session, url: home }]);
  const page = await context.newPage();
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(`${page.url()}: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const waiting = ['/', '/projects/blue-team/instances', '/system/hosts', '/system/events'];
  const seen = new Set<string>();
  const findings: string[] = [];
  let hostile = 0;
  for (let address = waiting.shift(); address !== undefined && seen.size < 80; address = waiting.shift()) {
    // Each instance has a page: they differ in what they show.
    const kind = /instances\//.test(address) ? address : kindOf(address);
    if (seen.has(kind)) continue;
    seen.add(kind);
    const looked = await look(page, address);
    findings.push(...looked.findings);
    waiting.push(...looked.links);
    if (looked.hostile) hostile += 1;
  }
  await context.close();
  expect(dialogs).toEqual([]);
  expect(findings).toEqual([]);
  // The test could fail: what is hostile was there to be seen.
  expect(hostile).toBeGreaterThan(10);
});

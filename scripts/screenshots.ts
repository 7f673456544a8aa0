import { randomUUID } from 'node:crypto';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { startAtoll } from '../e2e/atoll-process.ts';
import { guestImagePath } from '../server/testing/lab/built-images.ts';
import { docker } from '../server/testing/lab/host-access.ts';
import { startHost } from '../server/testing/lab/start-host.ts';

/** Pictures for README and docs, from the running product on a real host: npm run screenshots. Needs root and Chromium. */
const root = join(import.meta.dirname, '..');
const images = join(root, 'docs/images');
const person = { email: 'ada@example.org', name: 'Ada', password: 'lagoon-and-reef-42' };
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'];

const host = await startHost({ name: 'reef-1' });
const dataDir = await mkdtemp(join(tmpdir(), 'atoll-pictures-'));
await chmod(dataDir, 0o711);
const atoll = await startAtoll(dataDir);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args });
try {
  const context = await browser.newContext({ baseURL: atoll.url, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(atoll.setupUrl);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(`${atoll.url}/`);
  const made = await fill(page);
  await mkdir(images, { recursive: true });
  const pictures: [string, string][] = [
    ['overview', '/'],
    ['instances', `${made.project}/instances`],
    ['instance', `${made.project}/instances/${made.vm}`],
    ['create', `${made.project}/instances/new`],
    ['host', `/system/hosts/${made.host}`],
    ['doctor', `/system/hosts/${made.host}/doctor`],
  ];
  for (const [name, path] of pictures) await picture(page, name, path);
  const state = await context.storageState();
  const dark = await browser.newContext({
    baseURL: atoll.url,
    storageState: state,
    locale: 'zh-CN',
    colorScheme: 'dark',
    viewport: { width: 1440, height: 900 },
  });
  await picture(await dark.newPage(), 'instances-dark-zh', `${made.project}/instances`);
  await phonePicture(state, `${made.project}/instances`);
} finally {
  await browser.close();
  await atoll.stop();
  await host.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function picture(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForTimeout(1500); // lists are asked once more after the event stream opens
  await page.screenshot({ path: join(images, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

async function phonePicture(
  storageState: Awaited<ReturnType<BrowserContext['storageState']>>,
  path: string,
): Promise<void> {
  const phone = await browser.newContext({ baseURL: atoll.url, storageState, viewport: { width: 390, height: 844 } });
  await picture(await phone.newPage(), 'instances-phone', path);
}

/** A host, an image, a VM and some containers, by REST in the session of the browser. */
async function fill(page: Page): Promise<{ project: string; host: string; vm: string }> {
  const headers = { Origin: atoll.url };
  const get = async <T>(path: string): Promise<T> => (await (await page.request.get(`/api/v1${path}`)).json()) as T;
  const post = async <T>(path: string, data: unknown): Promise<T> => {
    const answer = await page.request.post(`/api/v1${path}`, {
      data,
      headers: { ...headers, 'Idempotency-Key': randomUUID() },
    });
    if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const done = async ({ operation }: { operation: { id: string } }): Promise<void> => {
    const ended = await get<{ done: boolean; error: { detail: string } | null }>(
      `/operations/${operation.id}?wait=60s`,
    );
    if (!ended.done) return done({ operation });
    if (ended.error) throw new Error(ended.error.detail);
  };
  const { publicKey } = await get<{ publicKey: string }>('/host-keys/identity');
  await appendFile(host.info.ssh.authorizedKeysPath, `${publicKey}\n`);
  await docker(host.info, ['run', '-d', '--name', 'from-before', 'busybox:latest', 'sleep', '3600']);
  const { ssh } = host.info;
  const connection = {
    type: 'ssh',
    address: ssh.host,
    port: ssh.port,
    user: 'root',
    fingerprint: ssh.hostKeyFingerprint,
  };
  const added = await post<{ host: { id: string }; operation: { id: string } }>('/hosts', {
    name: 'reef-1',
    connection,
  });
  await done(added);
  const file = await guestImagePath();
  const source = { type: 'upload', sizeBytes: (await stat(file)).size };
  const { image } = await post<{ image: { id: string } }>('/images', { name: 'mini', defaultUser: 'root', source });
  await page.request.put(`/api/v1/images/${image.id}/data`, {
    data: await readFile(file),
    headers: { ...headers, 'Content-Type': 'application/octet-stream' },
  });
  const slug = (await get<{ items: { slug: string }[] }>('/projects')).items[0]?.slug ?? '';
  type Created = { instance: { id: string }; operation: { id: string } };
  const create = (data: unknown): Promise<Created> => post<Created>(`/projects/${slug}/instances`, data);
  const vm = await create({ kind: 'vm', name: 'web-1', vcpus: 1, memoryMiB: 192, diskGiB: 2, imageId: image.id });
  await done(vm);
  for (const name of ['cache', 'queue']) {
    await done(
      await create({
        kind: 'container',
        name,
        image: 'busybox:latest',
        command: ['sleep', '3600'],
        ports: [{ containerPort: 6379 }],
      }),
    );
  }
  await done(
    await create({
      kind: 'container',
      name: 'worker',
      image: 'busybox:latest',
      command: ['sleep', '3600'],
      start: false,
    }),
  );
  await done(await create({ kind: 'container', name: 'search', image: 'nobody/has-this:1' })).catch(() => undefined);
  await page.waitForTimeout(30_000); // until the guest has an address
  return { project: `/projects/${slug}`, host: added.host.id, vm: vm.instance.id };
}

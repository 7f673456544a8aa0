import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, type QueryResultRow } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPostgres } from './start-postgres.ts';

let parent: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'atoll-pg-'));
  await chmod(parent, 0o755);
  dataDir = join(parent, 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  const pid = await serverPid();
  if (pid) await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 30_000 }).toBe(false);
  await rm(parent, { recursive: true });
});

const start = (options: { port?: number } = {}) =>
  startPostgres({ dataDir, durable: false, log: () => undefined, ...options });

async function query<Row extends QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // the server is killed under its clients here
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Starts PostgreSQL from another process, as the console does; answers what it said. */
async function startElsewhere(): Promise<{ child: ChildProcess; said: string }> {
  const script = `const { startPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'start-postgres.ts'))});
    try {
      const postgres = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false, log: () => undefined });
      console.log(postgres.url);
      setInterval(() => undefined, 1000);
    } catch (error) {
      console.log(error.message);
      process.exit(1);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [said] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, said: String(said) };
}

async function serverPid(): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'cluster/postmaster.pid'), 'utf8').catch(() => '');
  return Number(text.split('\n')[0]) || undefined;
}

it('keeps data over a restart, listens on no port, wants a password and shows it to nobody', async () => {
  const first = await start();
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect(await query(first.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
  const wrong = new URL(first.url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  await first.stop();

  expect((await readdir(dataDir)).sort()).toEqual(['cluster', 'lock', 'password']);
  expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dataDir, 'cluster'))).mode & 0o777).toBe(0o700);

  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

it('refuses a second start on the same folder and names the process that has it', async () => {
  const { child } = await startElsewhere();
  await expect(start()).rejects.toThrow(`${dataDir} is in use by process ${child.pid}`);
});

it('ends when its console is killed, and the next start finds all that was committed', async () => {
  const { child, said: url } = await startElsewhere();
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await start(); // at once, while the old server may still be shutting down
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await next.stop();
});

it('recovers when the server and its console are killed at once and stale files are left', async () => {
  const { child, said: url } = await startElsewhere();
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill((await serverPid())!, 'SIGKILL');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await start();
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await next.stop();
});

it('starts the server again when it alone is killed', async () => {
  const postgres = await start();
  const { pid } = postgres;
  await query(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill(pid!, 'SIGKILL');
  const answer = () => query(postgres.url, 'SELECT answer FROM kept').catch(String);
  await expect.poll(answer, { timeout: 30_000 }).toEqual([{ answer: 42 }]);
  expect(postgres.pid).not.toBe(pid);
  await postgres.stop();
});

it.runIf(process.getuid?.() === 0)(
  'runs on a folder that its user cannot reach, and leaves its permissions alone',
  async () => {
    await chmod(parent, 0o700);
    const postgres = await start();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await postgres.stop();
    expect((await stat(parent)).mode & 0o777).toBe(0o700);
  },
);

it('has a socket also where the folder has a very long name', async () => {
  dataDir = join(parent, 'long'.repeat(20), 'name'.repeat(10));
  const postgres = await start();
  expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await postgres.stop();
  expect(existsSync(new URL(postgres.url).searchParams.get('host') ?? '')).toBe(false);
});

it('makes the cluster anew when the first start was killed half way', async () => {
  await mkdir(join(dataDir, 'cluster.new'), { recursive: true });
  await writeFile(join(dataDir, 'cluster.new/PG_VERSION'), '18');
  await writeFile(join(dataDir, 'password'), 'of the start before');
  const postgres = await start({ port: 28_432 });
  expect(new URL(postgres.url).host).toBe('127.0.0.1:28432');
  expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await postgres.stop();
});

/**
 * Starts the PostgreSQL server of a test run: the embedded one, or Debian's with TEST_POSTGRES=debian. Says a line
 * of JSON, TestPostgres, when a migrated template is there, and stops when its stdin ends.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '#server/platform/postgres/start-postgres.ts';
import { startDebianPostgres } from './debian-postgres.ts';
import { runCommand } from './lab/run-command.ts';

export interface TestPostgres {
  /** Of a database with nothing in it, as a role that may make others. */
  url: string;
  /** Name of a migrated database to copy. */
  template: string;
}

interface Server {
  url: string;
  stop: () => Promise<void>;
}

async function startEmbeddedPostgres(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-test-postgres-'));
  const { url, stop } = await startPostgres({ dataDir, durable: false, log: (line) => console.error(line) });
  const stopAndRemove = async () => {
    await stop();
    await rm(dataDir, { recursive: true });
  };
  return { url, stop: stopAndRemove };
}

async function makeTemplate(serverUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = name;
  // A database with a connection to it cannot be copied, and a pool keeps its for a while: not beyond its process.
  await runCommand([process.execPath, join(import.meta.dirname, 'migrate-database.ts'), url.href]);
}

const ended = once(process.stdin.resume(), 'end');
const server = await (process.env.TEST_POSTGRES === 'debian' ? startDebianPostgres() : startEmbeddedPostgres());
try {
  const answer: TestPostgres = { url: server.url, template: 'atoll_template' };
  await makeTemplate(answer.url, answer.template);
  console.log(JSON.stringify(answer));
  await ended;
} finally {
  await server.stop();
}

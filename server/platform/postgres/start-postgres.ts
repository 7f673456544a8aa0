import { mkdir, realpath } from 'node:fs/promises';
import { Client } from 'pg';
import { initialiseCluster, ownerName } from './initialise-cluster.ts';
import { lockDirectory } from './lock-directory.ts';
import { findPostgresRunner } from './postgres-runner.ts';
import { PostgresServer } from './postgres-server.ts';

export interface StartPostgresOptions {
  /** Holds the cluster, the owner's password (mode 0600), the unix socket and the lock. Made when it is not there. */
  dataDir: string;
  /** Listen on 127.0.0.1 there too. Without it there is nothing but a unix socket. */
  port?: number;
  /** false leaves out fsync: fast, and lost with the power. For tests alone. */
  durable?: boolean;
  log: (line: string) => void;
}

export interface RunningPostgres {
  /** For the owner of the database "atoll", who is also the cluster's superuser. */
  url: string;
  /** The server's process now; it is another one after it crashed and was started again. */
  readonly pid: number | undefined;
  /** Resolves, never rejects, when the server keeps dying and is given up. */
  failed: Promise<Error>;
  /** Shuts the server down in good order and gives the folder free. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL on a folder, making the cluster at the first start (about 2 s), and keeps it running.
 * It ends with this process in any case. Connections are authenticated by password (scram-sha-256) only.
 * @throws Error when another process has the folder (naming it), or when PostgreSQL cannot run (saying why).
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const { port = null, durable = true, log } = options;
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const lock = await lockDirectory(dataDir);
  try {
    const runner = await findPostgresRunner(dataDir);
    const password = await initialiseCluster(dataDir, runner, durable);
    const server = new PostgresServer(runner, { dataDir, port, durable, log });
    await server.start();
    const urlOf = (database: string) => {
      const url = new URL(`postgresql://${ownerName}:${password}@localhost/${database}`);
      if (port === null) url.searchParams.set('host', server.socketDirectory);
      else url.host = `127.0.0.1:${port}`;
      return url.href;
    };
    try {
      await ensureDatabase(urlOf('postgres'));
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      url: urlOf(ownerName),
      get pid() {
        return server.pid;
      },
      failed: server.failed,
      stop: async () => {
        await server.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [ownerName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(ownerName)}`);
  } finally {
    await client.end();
  }
}

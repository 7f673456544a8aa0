import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveTo } from './initialise-cluster.ts';
import type { PostgresRunner } from './postgres-runner.ts';

export interface PostgresServerOptions {
  dataDir: string;
  /** Also listen on 127.0.0.1 there; null: nothing but the unix socket. */
  port: number | null;
  /** false: no fsync, for tests alone. Survives the death of any process, but not of the machine. */
  durable: boolean;
  log: (line: string) => void;
}

/** A socket's path may have 107 bytes, of which PostgreSQL needs "/.s.PGSQL.5432" and its lock's ending. */
const maxSocketDirectory = 107 - '/.s.PGSQL.65535.lock'.length;
/** Long enough for a server that writes back much; after that it has to recover at the next start. */
const stopTimeoutMs = 60_000;
/** How often a server that ends on its own is started again before we give up. */
const maxRestarts = 5;

/** One PostgreSQL server process on one cluster, kept running until it is stopped. */
export class PostgresServer {
  /** Resolves with the reason when the server cannot be kept running. */
  readonly failed: Promise<Error>;
  readonly #options: PostgresServerOptions;
  readonly #runner: PostgresRunner;
  readonly #reportFailure: (error: Error) => void;
  #process: ChildProcess | null = null;
  #socketDirectory = '';
  #stopping = false;

  constructor(runner: PostgresRunner, options: PostgresServerOptions) {
    this.#runner = runner;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#reportFailure = resolve;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Where the unix socket is, once it is started. */
  get socketDirectory(): string {
    return this.#socketDirectory;
  }

  /** Starts the server and waits until it takes connections. @throws Error with its last words when it does not. */
  async start(): Promise<void> {
    const near = join(this.#options.dataDir, 'socket');
    await rm(near, { recursive: true, force: true });
    const fits = Buffer.byteLength(near) <= maxSocketDirectory;
    this.#socketDirectory = fits ? near : await mkdtemp(join(tmpdir(), 'atoll-postgres-'));
    if (fits) await mkdir(near, { mode: 0o700 });
    await giveTo(this.#runner, this.#socketDirectory);
    await this.#launchAfterForerunner();
  }

  /** Shuts down in good order: running transactions are rolled back, all is written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = this.#process;
    if (running && running.exitCode === null && running.signalCode === null) {
      const exited = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGINT');
      const impatience = setTimeout(() => running.kill('SIGQUIT'), stopTimeoutMs);
      await exited;
      clearTimeout(impatience);
    }
    await rm(this.#socketDirectory, { recursive: true, force: true });
  }

  async #launch(): Promise<void> {
    const { durable, port, log } = this.#options;
    const settings = {
      unix_socket_directories: this.#runner.pathFor(this.#socketDirectory),
      unix_socket_permissions: '0700',
      listen_addresses: port === null ? '' : '127.0.0.1',
      port: String(port ?? 5432), // without TCP it only names the socket
      ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    };
    const cluster = this.#runner.pathFor(join(this.#options.dataDir, 'cluster'));
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = this.#runner.spawn('postgres', ['-D', cluster, ...args]);
    this.#process = server;
    const lastWords: string[] = [];
    for (const input of [server.stdout, server.stderr]) {
      if (!input) continue;
      createInterface({ input }).on('line', (line) => {
        lastWords.splice(0, Math.max(0, lastWords.length - 9));
        lastWords.push(line);
        log(line);
      });
    }
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    server.once('error', (error) => resolve(String(error)));
    server.once('close', (code, signal) => resolve(`PostgreSQL ended with ${signal ?? code}: ${lastWords.join('\n')}`));
    for (;;) {
      if ((await this.#status(server.pid)) === 'ready') break;
      const outcome = await Promise.race([ended, sleep(20)]);
      if (outcome !== undefined) throw new Error(outcome);
    }
    void ended.then((reason) => this.#onEnd(reason, 1));
  }

  async #onEnd(reason: string, attempt: number): Promise<void> {
    if (this.#stopping) return;
    this.#options.log(`${reason}; starting it again`);
    try {
      await this.#launchAfterForerunner();
    } catch (error) {
      if (attempt >= maxRestarts) return this.#reportFailure(error as Error);
      await sleep(200 * 2 ** attempt);
      await this.#onEnd(String(error), attempt + 1);
    }
  }

  /** The last line of postmaster.pid, as pg_ctl reads it, if the file is that of the given process. */
  async #status(pid: number | undefined): Promise<string | undefined> {
    const lines = await this.#readPidFile();
    return lines[0] === String(pid) ? lines[7]?.trim() : undefined;
  }

  async #readPidFile(): Promise<string[]> {
    return (await readIfThere(join(this.#options.dataDir, 'cluster/postmaster.pid'))).split('\n');
  }

  /**
   * A server whose console was killed shuts down by itself, and the children of a killed server end when they notice;
   * neither may overlap with a new one. PostgreSQL itself sees to that, by refusing to start meanwhile.
   */
  async #launchAfterForerunner(): Promise<void> {
    const deadline = Date.now() + stopTimeoutMs;
    for (;;) {
      const [pid] = await this.#readPidFile();
      const isClear = !pid || Date.now() > deadline || !(await isPostgres(pid));
      if (this.#stopping) return;
      if (isClear) {
        try {
          return await this.#launch();
        } catch (error) {
          const isBusy = /lock file .* already exists|shared memory block .* still in use/.test(String(error));
          if (!isBusy || Date.now() > deadline) throw error;
        }
      }
      await sleep(50);
    }
  }
}

/** True also for one that has died and was not yet waited for: PostgreSQL takes that for alive as well. */
async function isPostgres(pid: string): Promise<boolean> {
  return (await readIfThere(`/proc/${pid}/comm`)).trim() === 'postgres';
}

function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  });
}

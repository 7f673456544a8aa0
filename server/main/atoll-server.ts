import { join } from 'node:path';
import { newId } from '#server/platform/id.ts';
import type { Log } from '#server/platform/log.ts';
import { lockDirectory } from '#server/platform/postgres/lock-directory.ts';
import { issueSetupLink } from '#server/services/auth/setup-link.ts';
import { addLocalHost } from './add-local-host.ts';
import { keepSecretFile, originFile, prepareDataDirectory, readSecrets } from './data-directory.ts';
import { openDatabase } from './open-database.ts';
import { webEnv, workerEnv } from './process-env.ts';
import { requirePort } from './require-port.ts';
import { seedImage } from './seed-image.ts';
import type { StartOptions } from './start-options.ts';
import { SupervisedProcess } from './supervised-process.ts';
import { waitForHealth } from './wait-for-health.ts';

export interface AtollServer {
  /** One-time link that makes the first admin; null when there are users. */
  setupUrl: string | null;
  /** Resolves with the reason when Atoll cannot go on. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

/** What is to be undone when a start fails half-way, or in the end; last things first. */
class Undoing {
  readonly #stack: (() => Promise<void>)[] = [];

  add(undo: () => Promise<void>): void {
    this.#stack.push(undo);
  }

  async run(): Promise<void> {
    for (let undo = this.#stack.pop(); undo; undo = this.#stack.pop()) await undo();
  }
}

/**
 * Starts all of Atoll on a data directory, and answers when pages are served. Stopping it stops everything that it
 * started, and never a VM or a container.
 *
 * @throws Error when another Atoll has the directory, somebody has the port, or PostgreSQL cannot run; the signal's reason.
 */
export async function startServer(given: {
  options: StartOptions;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** A line for people about what is going on. */
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<AtollServer> {
  const { options, env, log, say, signal } = given;
  const undoing = new Undoing();
  try {
    const directory = await prepareDataDirectory(options.dataDir);
    const lock = await lockDirectory(directory.root);
    undoing.add(() => lock.release());
    await requirePort(options.port, options.listen, signal);
    const secrets = await readSecrets(directory);
    await keepSecretFile(originFile(directory), options.origin);
    say(options.databaseUrl === null ? 'Starting PostgreSQL…' : 'Opening the database…');
    const database = await openDatabase({ directory, databaseUrl: options.databaseUrl, secrets, log });
    undoing.add(() => database.close());
    if (options.addLocalHost) {
      const name = await addLocalHost(database.db);
      if (name !== null) say(`This machine is added as the host ${name}.`);
    }
    if (options.seedImage !== null) {
      const name = await seedImage(database.db, directory.root, options.seedImage);
      if (name !== null) say(`The image ${name} is offered to every project.`);
    }
    signal.throwIfAborted();
    say('Starting web and worker…');
    const startId = newId();
    const parts = { options, directory, secrets, env, startId };
    for (const [name, processEnv] of [
      ['worker', workerEnv(parts, database.workerUrl)],
      ['web', webEnv(parts, database.webUrl)],
    ] as const) {
      const script = join(import.meta.dirname, `${name}.ts`);
      const supervised = new SupervisedProcess({ name, script, env: processEnv, log: (line) => log.warn(line) });
      supervised.start();
      undoing.add(() => supervised.stop());
    }
    await waitForHealth({ port: options.port, listen: options.listen, startId, signal });
    const path = await issueSetupLink(database.db);
    const setupUrl = path === null ? null : options.origin + path;
    return { setupUrl, failed: database.failed, stop: () => undoing.run() };
  } catch (error) {
    await undoing.run();
    throw error;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A running Atoll: `npm start` as a person would have it, on its own data directory. */
export interface AtollProcess {
  url: string;
  /** The one-time link of the first run. */
  setupUrl: string;
  pid: number;
  /** Everything that it printed so far. */
  output(): string;
  /** SIGTERM, then waits for the end. */
  stop(): Promise<void>;
}

/**
 * Starts Atoll with an embedded PostgreSQL in `dataDir`.
 * @throws Error with its output when it ends before it printed its link, or after two minutes.
 */
export async function startAtoll(
  dataDir: string,
  options: { args?: string[]; port?: number } = {},
): Promise<AtollProcess> {
  const port = options.port ?? (await freePort());
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    [
      '--disable-warning=ExperimentalWarning',
      'server/main/start.ts',
      '--port',
      String(port),
      '--data',
      dataDir,
      ...(options.args ?? []),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } },
  );
  let output = '';
  const link = Promise.withResolvers<string>();
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    const found = /http:\/\/\S+\/setup#token=[\w-]+/.exec(output);
    if (found) link.resolve(found[0]);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  child.once('exit', (code) => link.reject(new Error(`Atoll ended with ${code}:\n${output}`)));
  const timer = setTimeout(
    () => link.reject(new Error(`Atoll printed no link within two minutes:\n${output}`)),
    120_000,
  );
  try {
    const setupUrl = await link.promise;
    return {
      url: new URL(setupUrl).origin,
      setupUrl,
      pid: child.pid ?? 0,
      output: () => output,
      stop: () => stop(child),
    };
  } catch (error) {
    await stop(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}

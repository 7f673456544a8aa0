import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresRunner } from './postgres-runner.ts';

/** The database role that owns everything, and the name of its database. */
export const ownerName = 'atoll';

/**
 * Answers the owner's password and makes the cluster `dataDir`/cluster unless it is there. The password is in
 * `dataDir`/password, for us alone, from before the cluster is made; the cluster appears under its name only when it
 * is whole. So it does no harm to be killed in between.
 * @throws Error with what initdb said.
 */
export async function initialiseCluster(dataDir: string, runner: PostgresRunner, durable: boolean): Promise<string> {
  const passwordPath = join(dataDir, 'password');
  const cluster = join(dataDir, 'cluster');
  if (existsSync(join(cluster, 'PG_VERSION'))) return (await readFile(passwordPath, 'utf8')).trim();

  const password = randomBytes(24).toString('base64url');
  const unfinished = join(dataDir, 'cluster.new');
  const passwordForInitdb = join(dataDir, 'password.initdb'); // initdb runs as another user and must be able to read it
  for (const path of [unfinished, passwordForInitdb, passwordPath]) await rm(path, { recursive: true, force: true });
  await writeFile(passwordPath, `${password}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await writeFile(passwordForInitdb, `${password}\n`, { mode: 0o600, flag: 'wx' });
  await mkdir(unfinished, { mode: 0o700 });
  for (const path of [unfinished, passwordForInitdb]) await giveTo(runner, path);
  try {
    await runInitdb(runner, [
      `--pgdata=${runner.pathFor(unfinished)}`,
      `--username=${ownerName}`,
      `--pwfile=${runner.pathFor(passwordForInitdb)}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin', // the same order of text on every machine and after every upgrade
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(durable ? [] : ['--no-sync']),
    ]);
  } finally {
    await rm(passwordForInitdb, { force: true });
  }
  await rename(unfinished, cluster);
  return password;
}

async function runInitdb(runner: PostgresRunner, args: readonly string[]): Promise<void> {
  const initdb = runner.spawn('initdb', args);
  let output = '';
  for (const stream of [initdb.stdout, initdb.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  const [code] = await once(initdb, 'close');
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${output.trim()}`);
}

/** Hands a file or folder over to the user that PostgreSQL runs as. */
export async function giveTo(runner: PostgresRunner, path: string): Promise<void> {
  if (runner.user) await chown(path, runner.user.uid, runner.user.gid);
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { World } from './world.ts';

const root = join(import.meta.dirname, '..');

/** Runs the local admin's tool with --json on the data directory of the world's Atoll. */
export async function atollCommand<T>(world: Pick<World, 'dataDir'>, args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules/.bin/node'),
    ['--disable-warning=ExperimentalWarning', 'server/main/atoll.ts', ...args, '--data', world.dataDir, '--json'],
    { cwd: root },
  );
  return JSON.parse(stdout) as T;
}

/** A token with every scope for a user, made on the server. */
export async function makeToken(world: Pick<World, 'dataDir'>, email: string): Promise<string> {
  return (await atollCommand<{ token: string }>(world, ['token', 'create', '--user', email, '--scope', 'all'])).token;
}

import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from './lab/run-command.ts';

/**
 * Starts Debian's own PostgreSQL on a new cluster and a TCP port, as somebody who sets DATABASE_URL would have it.
 * Needs root and the package postgresql-15 (or later); it ends with this process.
 */
export async function startDebianPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (!bin) throw new Error("Debian's PostgreSQL is not installed: run 'sh scripts/install-packages.sh test'");
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => runCommand(['id', flag, 'postgres']).then(Number)));
  const asPostgres = [
    'setpriv',
    '--reuid',
    String(uid),
    '--regid',
    String(gid),
    '--clear-groups',
    '--pdeathsig',
    'INT',
  ] as const;
  const folder = await mkdtemp(join(tmpdir(), 'atoll-debian-postgres-'));
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  for (const path of [folder, passwordFile]) await chown(path, uid ?? 0, gid ?? 0);

  const data = join(folder, 'data');
  const initialise = [
    '-D',
    data,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--no-sync',
  ];
  await runCommand([...asPostgres, join(bin, 'initdb'), '--encoding=UTF8', '--locale=C.UTF-8', ...initialise]);
  const port = randomInt(30_000, 32_000);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
  const [program, ...args] = [
    ...asPostgres,
    join(bin, 'postgres'),
    '-D',
    data,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const server = spawn(program, args, { stdio: ['ignore', 'inherit', 'pipe'], detached: true });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      said.push(line);
      if (line.endsWith('database system is ready to accept connections')) resolve();
    });
    server.once('close', () => reject(new Error(`Debian's PostgreSQL did not start:\n${said.join('\n')}`)));
  });
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

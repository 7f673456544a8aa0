import { createDb, type Db } from '#server/db/client.ts';
import { createLog } from '#server/platform/log.ts';
import { lockDirectory } from '#server/platform/postgres/lock-directory.ts';
import { startPostgres } from '#server/platform/postgres/start-postgres.ts';
import { databaseUrlFile, readIfThere } from '../data-directory.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandContext } from './command.ts';

/** Does something with the database, whether Atoll runs or not: then its PostgreSQL is started for as long as it takes. */
export async function withDatabase<T>(
  context: CommandContext,
  work: (db: Db, ownerUrl: string) => Promise<T>,
): Promise<T> {
  const { databaseUrl, directory } = context;
  const running = databaseUrl ?? (await readIfThere(databaseUrlFile(directory)));
  if (running !== null && (databaseUrl !== null || !(await isFree(directory.root)))) return withUrl(running, work);
  return withStoppedAtoll(context, work);
}

/** {@link withDatabase}, refused while Atoll runs on the data directory. */
export async function withStoppedAtoll<T>(
  { databaseUrl, directory }: CommandContext,
  work: (db: Db, ownerUrl: string) => Promise<T>,
): Promise<T> {
  const lock = await lockDirectory(directory.root).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  try {
    if (databaseUrl !== null) return await withUrl(databaseUrl, work);
    const log = createLog({ process: 'atoll', level: 'silent' });
    const server = await startPostgres({ dataDir: directory.postgres, log: (line) => log.debug({ line }) });
    try {
      return await withUrl(server.url, work);
    } finally {
      await server.stop();
    }
  } finally {
    await lock.release();
  }
}

/** A file of a start that was killed tells of a server that is not there any more. */
async function isFree(root: string): Promise<boolean> {
  try {
    await (await lockDirectory(root)).release();
    return true;
  } catch {
    // Held: that is the answer.
    return false;
  }
}

async function withUrl<T>(url: string, work: (db: Db, ownerUrl: string) => Promise<T>): Promise<T> {
  const db = createDb(url, { max: 2, applicationName: 'atoll-command' });
  try {
    return await work(db, url);
  } finally {
    await db.$disconnect();
  }
}

import { rm } from 'node:fs/promises';
import { createDb, type Db } from '#server/db/client.ts';
import { migrate } from '#server/db/migrate.ts';
import { ensureRoles } from '#server/db/roles.ts';
import { findSetting, putSetting } from '#server/db/setting-store.ts';
import type { Log } from '#server/platform/log.ts';
import { startPostgres } from '#server/platform/postgres/start-postgres.ts';
import { type DataDirectory, databaseUrlFile, type InstallationSecrets, keepSecretFile } from './data-directory.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

export interface OpenDatabase {
  /** As the owner: for this process alone, never handed to web or worker. */
  db: Db;
  ownerUrl: string;
  webUrl: string;
  workerUrl: string;
  /** Resolves when the embedded server is given up; never where the server is somebody else's. */
  failed: Promise<Error>;
  close(): Promise<void>;
}

/**
 * Starts or reaches PostgreSQL, brings it to this version's schema, and gives web and worker their roles.
 *
 * @throws UsageError when the database was made with the keys of another data directory; errors of PostgreSQL.
 */
export async function openDatabase(given: {
  directory: DataDirectory;
  databaseUrl: string | null;
  secrets: InstallationSecrets;
  log: Log;
}): Promise<OpenDatabase> {
  const { directory, databaseUrl, secrets, log } = given;
  const server = databaseUrl === null ? await embedded(directory.postgres, log) : foreign(databaseUrl);
  try {
    await migrate(server.url);
    const db = createDb(server.url, { max: 2, applicationName: 'atoll-start' });
    await claimDatabase(db, directory, secrets);
    const passwords = { web: secrets.webPassword, worker: secrets.workerPassword };
    const { webUrl, workerUrl } = await ensureRoles(server.url, passwords);
    // How the admin's tool on this machine finds a server that is running already.
    await keepSecretFile(databaseUrlFile(directory), server.url);
    const close = async (): Promise<void> => {
      await db.$disconnect();
      await rm(databaseUrlFile(directory), { force: true });
      await server.stop();
    };
    return { db, ownerUrl: server.url, webUrl, workerUrl, failed: server.failed, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Server {
  url: string;
  failed: Promise<Error>;
  stop(): Promise<void>;
}

const embedded = (dataDir: string, log: Log): Promise<Server> =>
  startPostgres({ dataDir, log: (line) => log.debug({ line }, 'postgres') });

const foreign = (url: string): Server => ({ url, failed: new Promise(() => undefined), stop: async () => undefined });

/** Several consoles may share a database, if they share its keys: what one seals the others must open. */
async function claimDatabase(db: Db, directory: DataDirectory, secrets: InstallationSecrets): Promise<void> {
  const known = await findSetting(db, 'sealingPublicKey');
  if (known !== null && known.keyId !== secrets.sealing.public.keyId) {
    await db.$disconnect();
    throw new UsageError(
      `This database was made with other keys than those in ${directory.secrets}: copy that folder from where Atoll ran before.`,
    );
  }
  await putSetting(db, 'sealingPublicKey', secrets.sealing.public);
  const { publicKey, fingerprint } = secrets.ssh;
  await putSetting(db, 'sshIdentity', { publicKey, fingerprint });
  await putSetting(db, 'migratedBy', { version });
}

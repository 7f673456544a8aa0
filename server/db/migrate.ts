import { Client } from 'pg';
import { PgBoss } from 'pg-boss';
import { readMigrations } from './migration-files.ts';
import { applyMigrations } from './schema-engine.ts';

/** Schema of pg-boss in the database. */
export const queueSchema = 'pgboss';

/** Key of the advisory lock under which one start migrates while others wait: "migr" in ASCII. */
const migrationLock = 0x6d696772;

/**
 * Brings a database to the schema of this version, as its owner: Atoll's tables by prisma/migrations, those of pg-boss
 * by its own plans. Two starts at once wait for each other. Answers the names of the migrations that were missing.
 * Throws when the database is not reachable, a migration fails, or it was migrated by a newer version.
 */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'atoll-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const migrations = await readMigrations();
    await refuseUnknown(
      client,
      migrations.list.map((migration) => migration.name),
    );
    const applied = await applyMigrations(ownerUrl, migrations);
    await migrateQueue(ownerUrl);
    return applied;
  } finally {
    await client.end();
  }
}

/** A database with migrations that we do not know belongs to a newer Atoll: older code must not write to it. */
async function refuseUnknown(client: Client, known: readonly string[]): Promise<void> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`,
  );
  if (!tables[0]?.there) return;
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
     WHERE rolled_back_at IS NULL AND migration_name <> ALL($1) ORDER BY 1`,
    [known],
  );
  if (rows[0])
    throw new Error(`The database was migrated by a newer version of Atoll (${rows[0].name}). Start that version.`);
}

async function migrateQueue(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: ownerUrl,
    schema: queueSchema,
    application_name: 'atoll-migrate',
    max: 1,
    supervise: false,
    schedule: false,
  });
  const failures: Error[] = [];
  boss.on('error', (error) => failures.push(error));
  await boss.start();
  await boss.stop({ graceful: false, close: true });
  if (failures[0]) throw failures[0];
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migratedSchema, migrationsDir, readMigrations, readSchema } from './migration-files.ts';
import { diffSchemas } from './schema-engine.ts';

/**
 * Writes the next migration from the difference between the schema of the last one and prisma/schema:
 * `node server/db/make-migration.ts add-volume-snapshots`. Read the SQL before you commit it; what Prisma cannot say
 * (checks, partial indexes, triggers) is added by hand, below or in a migration of its own.
 */
const [name] = process.argv.slice(2);
if (!name || !/^[a-z0-9]+([-_][a-z0-9]+)*$/.test(name)) {
  process.stderr.write('usage: node server/db/make-migration.ts name-in-kebab-case\n');
  process.exit(2);
}

const { list } = await readMigrations();
const schema = await readSchema();
const sql = await diffSchemas(migratedSchema(list), schema);
if (sql.trim() === '' || sql.includes('This is an empty migration.')) {
  process.stdout.write('The schema has not changed since the last migration.\n');
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsDir, `${time}_${name.replaceAll('-', '_')}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  await writeFile(join(folder, 'schema.prisma'), schema.map((file) => file.content).join('\n'));
  process.stdout.write(`${folder}\n`);
}

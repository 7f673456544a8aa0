import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Path relative to the folder it was read from, and the text. */
export interface SchemaFile {
  path: string;
  content: string;
}

export interface Migration {
  /** Name of the folder: 14 digits of time, underscore, what it does. */
  name: string;
  sql: string;
  /** The schema it leads to; null for a migration written by hand, which leaves the schema as it was. */
  schema: string | null;
}

const prismaDir = new URL('../../prisma/', import.meta.url);

/** prisma/migrations as a path. */
export const migrationsDir = fileURLToPath(new URL('migrations/', prismaDir));

/** The schema as it is now: prisma/schema/*.prisma, by name. */
export async function readSchema(): Promise<SchemaFile[]> {
  const dir = new URL('schema/', prismaDir);
  const names = (await readdir(dir)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(names.map(async (path) => ({ path, content: await readFile(new URL(path, dir), 'utf8') })));
}

/** All migrations, oldest first, in Prisma's own format; beside each generated one lies the schema that it leads to. */
export async function readMigrations(): Promise<{ baseDir: string; lockfile: SchemaFile; list: Migration[] }> {
  const dir = new URL('migrations/', prismaDir);
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  const list = await Promise.all(
    names.map(async (name) => ({
      name,
      sql: await readFile(new URL(`${name}/migration.sql`, dir), 'utf8'),
      schema: await readIfThere(new URL(`${name}/schema.prisma`, dir)),
    })),
  );
  const path = 'migration_lock.toml';
  return { baseDir: migrationsDir, lockfile: { path, content: await readFile(new URL(path, dir), 'utf8') }, list };
}

/** The schema that the newest generated migration leads to; null while there is none. */
export function migratedSchema(migrations: readonly Migration[]): SchemaFile[] | null {
  const schema = migrations.findLast((migration) => migration.schema !== null)?.schema;
  return schema ? [{ path: 'schema.prisma', content: schema }] : null;
}

async function readIfThere(file: URL): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

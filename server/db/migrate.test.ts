import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase } from '#server/testing/test-database.ts';
import { migrate } from './migrate.ts';
import { migratedSchema, readMigrations, readSchema } from './migration-files.ts';
import { applyMigrations, diffSchemas } from './schema-engine.ts';

/** Runs with an owner's connection to a database with nothing in it. */
async function withEmptyDatabase<T>(work: (url: string, query: Client['query']) => Promise<T>): Promise<T> {
  const { url, drop } = await createTestDatabase();
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const name = `empty_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const emptyUrl = new URL(url);
  emptyUrl.pathname = name;
  const client = new Client({ connectionString: emptyUrl.href });
  await client.connect();
  try {
    return await work(emptyUrl.href, client.query.bind(client) as Client['query']);
  } finally {
    await client.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await drop();
  }
}

const columnsSql = `
  SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(datetime_precision::text, '') || ' '
    || is_nullable || ' ' || coalesce(column_default, '') AS line
  FROM information_schema.columns
  WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1`;
const indexesSql = `
  SELECT indexdef AS line FROM pg_indexes
  WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1`;

it('leads to the very schema that the code is generated from', async () => {
  const schema = await readSchema();
  const { list } = await readMigrations();
  expect(await diffSchemas(migratedSchema(list), schema)).toContain('This is an empty migration.');

  const read = async (query: Client['query'], sql: string) =>
    (await query<{ line: string }>(sql)).rows.map((row) => row.line);
  const direct = await withEmptyDatabase(async (_, query) => {
    await query(await diffSchemas(null, schema));
    return { columns: await read(query, columnsSql), indexes: await read(query, indexesSql) };
  });
  const migrated = await withEmptyDatabase(async (url, query) => {
    await migrate(url);
    return { columns: await read(query, columnsSql), indexes: await read(query, indexesSql) };
  });
  expect(migrated.columns).toEqual(direct.columns);
  expect(direct.columns.length).toBeGreaterThan(200);
  expect(migrated.indexes).toEqual(expect.arrayContaining(direct.indexes));
});

it('applies each migration once, also when several start at the same time', async () => {
  await withEmptyDatabase(async (url, query) => {
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    const names = (await readMigrations()).list.map((migration) => migration.name);
    expect(applied.flat()).toEqual(names);
    const { rows } = await query('SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1');
    expect(rows).toEqual(names.map((name) => ({ name })));
    expect((await query('SELECT version FROM pgboss.version')).rowCount).toBe(1);
    expect(await migrate(url)).toEqual([]);
  });
});

it('refuses a database that a newer version has migrated', async () => {
  await withEmptyDatabase(async (url, query) => {
    await migrate(url);
    await query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', '29990101000000_future')`,
    );
    await expect(migrate(url)).rejects.toThrow('newer version of Atoll (29990101000000_future)');
  });
});

it('leaves nothing of a migration that fails, and says why', async () => {
  await withEmptyDatabase(async (url, query) => {
    const { baseDir, lockfile } = await readMigrations();
    const sql = `CREATE TABLE half (note text DEFAULT 'a;b'); -- a comment; with a semicolon
      CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
      INSERT INTO nowhere VALUES (1);`;
    const broken = { baseDir, lockfile, list: [{ name: '20260101000000_broken', sql, schema: null }] };
    await expect(applyMigrations(url, broken)).rejects.toThrow('nowhere');
    expect((await query("SELECT to_regclass('half') AS half")).rows).toEqual([{ half: null }]);
    const mended = {
      ...broken,
      list: [{ name: '20260101000000_broken', sql: sql.replace(/INSERT.*/, ''), schema: null }],
    };
    await query('DELETE FROM _prisma_migrations');
    expect(await applyMigrations(url, mended)).toEqual(['20260101000000_broken']);
    expect((await query('SELECT one()')).rows).toEqual([{ one: 1 }]);
  });
});

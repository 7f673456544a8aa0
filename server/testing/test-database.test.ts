import { Client } from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase } from './test-database.ts';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

it('gives each test a migrated database of its own', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await query(one.url, 'CREATE TABLE mine (id int)');
  expect(await query(other.url, "SELECT to_regclass('mine') AS mine")).toEqual([{ mine: null }]);
  expect(await query(one.url, "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS migrated")).toEqual([
    { migrated: true },
  ]);
  await one.drop();
  await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  await other.drop();
});

it('runs on the server that was asked for', async () => {
  const database = await createTestDatabase();
  const [row] = await query(database.url, "SELECT current_setting('server_version_num')::int / 10000 AS major");
  expect(row).toEqual({ major: process.env.TEST_POSTGRES === 'debian' ? expect.any(Number) : 18 });
  await database.drop();
});

import { type Client, escapeIdentifier } from 'pg';

/** Tables of Atoll, those that others refer to first. The queue is left out: it holds hints, and the rows are the truth. */
export async function tablesInOrder(client: Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1`,
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `SELECT c.conrelid::regclass::text AS from, c.confrelid::regclass::text AS to FROM pg_constraint c
     WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.conrelid <> c.confrelid`,
  );
  const bare = (name: string): string => name.replaceAll('"', '');
  const left = new Set(tables.map((table) => table.name));
  const order: string[] = [];
  while (left.size > 0) {
    const ready = [...left].filter(
      (table) => !references.some(({ from, to }) => bare(from) === table && left.has(bare(to))),
    );
    if (ready.length === 0) throw new Error(`These tables refer to each other in a circle: ${[...left].join(', ')}`);
    for (const table of ready) {
      order.push(table);
      left.delete(table);
    }
  }
  return order;
}

/** Tables of Atoll with triggers of ours. */
export async function tablesWithTriggers(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT c.relname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

/** Names of the migrations that a database has. */
export async function migrationsOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY 1',
  );
  return rows.map((row) => row.name);
}

const atOnce = 500;

/** Rows of a table as JSON text, within a transaction. JSON holds every type that we use, and numbers of any size. */
export async function* dumpTable(client: Client, table: string): AsyncGenerator<string> {
  await client.query(
    `DECLARE dump NO SCROLL CURSOR FOR SELECT to_jsonb(t)::text AS row FROM ${escapeIdentifier(table)} t`,
  );
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${atOnce} FROM dump`);
    for (const { row } of rows) yield row;
    if (rows.length < atOnce) break;
  }
  await client.query('CLOSE dump');
}

/** Inserts rows that {@link dumpTable} gave. */
export async function loadRows(client: Client, table: string, rows: readonly string[]): Promise<void> {
  const name = escapeIdentifier(table);
  await client.query(
    `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1)`,
    [`[${rows.join(',')}]`],
  );
}

/** Sequences go on behind the largest number that is in their column. */
export async function advanceSequences(client: Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `SELECT c.table_name AS table, c.column_name AS column, pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) AS sequence
     FROM information_schema.columns c WHERE c.table_schema = 'public'
       AND pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) IS NOT NULL`,
  );
  for (const { table, column, sequence } of rows) {
    const [name, of] = [escapeIdentifier(column), escapeIdentifier(table)];
    await client.query(`SELECT setval($1, coalesce((SELECT max(${name}) FROM ${of}), 0) + 1, false)`, [sequence]);
  }
}

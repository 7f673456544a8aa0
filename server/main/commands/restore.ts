import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { z } from 'zod';
import type { Db } from '#server/db/client.ts';
import { migrate } from '#server/db/migrate.ts';
import { deleteSetting, findSetting, putSetting } from '#server/db/setting-store.ts';
import { hasUsers } from '#server/db/user-store.ts';
import { anchorAudit } from '#server/operations/reconcilers/audit-anchors.ts';
import { keepSecretFile } from '../data-directory.ts';
import { UsageError } from '../usage-error.ts';
import type { Command, CommandAnswer, CommandContext } from './command.ts';
import { type BackupHeader, endSchema, headerSchema, openFiles } from './dump-format.ts';
import { advanceSequences, loadRows, migrationsOf, tablesInOrder, tablesWithTriggers } from './dump-tables.ts';
import { readGzipLines } from './read-lines.ts';
import { withDatabase, withStoppedAtoll } from './with-database.ts';

const rowSchema = z.tuple([z.string(), z.unknown()]);
const atOnce = 500;

export const restoreCommand: Command = {
  words: ['restore'],
  startsAnew: true,
  usage: 'restore FILE [--replace] | restore --accept',
  summary:
    'put a backup in the place of the database; operations wait until --accept says that the hosts were compared',
  async run(args, context) {
    const options = {
      replace: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
    } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [given, ...others] = positionals;
    if (values.accept) return accept(context);
    if (given === undefined || others.length > 0) throw new UsageError('Name one file: restore atoll.backup');
    const file = resolve(given);
    const header = await readHeader(file);
    const keys = keysOf(context, header);
    const rows = await withStoppedAtoll(context, async (db, ownerUrl) => {
      await migrate(ownerUrl);
      if (!values.replace && (await hasUsers(db))) {
        throw new UsageError('There is a database in use here. Add --replace to put the backup in its place.');
      }
      const count = await load(ownerUrl, file, header);
      await anchorAudit(db, context.directory.root, 'restore');
      await putSetting(db, 'restored', { at: new Date().toISOString() });
      return count;
    });
    for (const [name, text] of Object.entries(keys ?? {}))
      await keepSecretFile(join(context.directory.secrets, name), text);
    const text = [
      `${rows} rows of ${header.createdAt} are back. ${wordsAboutKeys(context, header, keys !== null)}`,
      'Start Atoll, run "atoll doctor" to see what has changed on the hosts since, then "atoll restore --accept".',
    ].join('\n');
    return { json: { file, rows, createdAt: header.createdAt, secrets: keys !== null }, text };
  },
};

async function accept(context: CommandContext): Promise<CommandAnswer> {
  return withDatabase(context, async (db: Db) => {
    const restored = await findSetting(db, 'restored');
    await deleteSetting(db, 'restored');
    return {
      json: { accepted: restored !== null },
      text: restored ? 'Operations go on.' : 'Nothing waits to be accepted.',
    };
  });
}

async function readHeader(file: string): Promise<BackupHeader> {
  try {
    for await (const line of readGzipLines(file)) return headerSchema.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new UsageError(`${file}: there is no such file.`);
    throw new UsageError(`${file} is no backup of Atoll.`);
  }
  throw new UsageError(`${file} is empty.`);
}

/** All rows in one transaction: after a failure the database is as it was. */
async function load(ownerUrl: string, file: string, header: BackupHeader): Promise<number> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'atoll-restore' });
  await client.connect();
  try {
    const known = await migrationsOf(client);
    if (JSON.stringify(known) !== JSON.stringify(header.migrations)) {
      throw new UsageError(
        `The backup was made by Atoll ${header.atoll}, whose tables differ: restore it with that version, then upgrade.`,
      );
    }
    await client.query('BEGIN');
    const tables = await tablesInOrder(client);
    // The audit may be neither changed nor emptied, and rows write spans of usage; this once all is put back as it was.
    const triggered = (await tablesWithTriggers(client)).map((table) => client.escapeIdentifier(table));
    for (const table of triggered) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await client.query(`TRUNCATE ${tables.map((table) => client.escapeIdentifier(table)).join(', ')}`);
    const count = await insertAll(client, file, new Set(tables));
    await advanceSequences(client);
    for (const table of triggered) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await client.query('COMMIT');
    return count;
  } finally {
    await client.end();
  }
}

async function insertAll(client: Client, file: string, tables: ReadonlySet<string>): Promise<number> {
  let table = '';
  let batch: string[] = [];
  let count = 0;
  let first = true;
  let end: { rows: number } | null = null;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await loadRows(client, table, batch);
    batch = [];
  };
  for await (const line of readGzipLines(file)) {
    if (first) {
      first = false;
      continue;
    }
    const parsed: unknown = JSON.parse(line);
    if (!Array.isArray(parsed)) {
      end = endSchema.parse(parsed);
      break;
    }
    const [name] = rowSchema.parse(parsed);
    if (!tables.has(name)) throw new UsageError(`The backup has a table ${name} that Atoll does not know.`);
    if (name !== table || batch.length === atOnce) await flush();
    table = name;
    // The text itself, because numbers may be larger than JavaScript's.
    batch.push(line.slice(line.indexOf(',') + 1, -1));
    count += 1;
  }
  await flush();
  if (end?.rows !== count) throw new UsageError(`The backup is cut off after ${count} rows; nothing was changed.`);
  return count;
}

/** The key files of a backup. Asked for before anything is changed. */
function keysOf({ env }: CommandContext, header: BackupHeader): Record<string, string> | null {
  if (header.secrets === null || !env.ATOLL_PASSPHRASE) return null;
  const files = openFiles(header.secrets, env.ATOLL_PASSPHRASE);
  if (files === null) throw new UsageError('ATOLL_PASSPHRASE does not open the keys of this backup.');
  const strange = Object.keys(files).find((name) => !/^[a-z-]+$/.test(name));
  if (strange !== undefined) throw new UsageError(`The backup names a key file ${strange}.`);
  return files;
}

function wordsAboutKeys({ directory }: CommandContext, header: BackupHeader, restored: boolean): string {
  if (restored) return 'Its keys are back, too.';
  if (header.secrets === null) return `It has no keys: put those of that installation into ${directory.secrets}.`;
  return 'Its keys were left out: set ATOLL_PASSPHRASE and restore again to have them, too.';
}

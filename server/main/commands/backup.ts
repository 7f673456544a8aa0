import { readdir, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { Client } from 'pg';
import { anchorAudit } from '#server/operations/reconcilers/audit-anchors.ts';
import { withFile } from '#server/platform/with-file.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';
import type { Command, CommandContext } from './command.ts';
import { type BackupHeader, sealFiles } from './dump-format.ts';
import { dumpTable, migrationsOf, tablesInOrder } from './dump-tables.ts';
import { withDatabase } from './with-database.ts';

/** Files of data/secrets that belong to the installation; the URL is only that of a running server. */
const isKept = (name: string): boolean => name !== 'database-url' && !name.endsWith('.new');

export const backupCommand: Command = {
  words: ['backup'],
  usage: 'backup FILE',
  summary: 'write the database to a file, with the keys if ATOLL_PASSPHRASE is set; images are files in DIR/images',
  async run(args, context) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    const [given, ...others] = positionals;
    if (given === undefined || others.length > 0) throw new UsageError('Name one file: backup atoll.backup');
    const file = resolve(given);
    const secrets = await sealedSecrets(context);
    const rows = await withDatabase(context, async (db, ownerUrl) => {
      const count = await writeBackup(ownerUrl, file, secrets);
      await anchorAudit(db, context.directory.root, 'backup');
      return count;
    });
    const keys = secrets ? 'with' : 'WITHOUT';
    const hint = secrets
      ? ''
      : ` Keep a copy of ${context.directory.secrets} apart from it: sealed secrets open with nothing else.`;
    return {
      json: { file, rows, secrets: secrets !== null },
      text: `${rows} rows, ${keys} the keys, in ${file}.${hint}`,
    };
  },
};

async function sealedSecrets({ env, directory }: CommandContext): Promise<BackupHeader['secrets']> {
  const passphrase = env.ATOLL_PASSPHRASE;
  if (!passphrase) return null;
  if (passphrase.length < 12) throw new UsageError('ATOLL_PASSPHRASE: at least 12 characters.');
  const names = (await readdir(directory.secrets)).filter(isKept);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory.secrets, name), 'utf8')]),
  );
  return sealFiles(Object.fromEntries(files), passphrase);
}

/** One snapshot of all tables, whatever happens meanwhile. The file has mode 0600 and is there whole or not at all. */
async function writeBackup(ownerUrl: string, file: string, secrets: BackupHeader['secrets']): Promise<number> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'atoll-backup' });
  await client.connect();
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    const header: BackupHeader = {
      format: 'atoll-backup',
      version: 1,
      atoll: version,
      createdAt: new Date().toISOString(),
      migrations: await migrationsOf(client),
      secrets,
    };
    yield `${JSON.stringify(header)}\n`;
    for (const table of await tablesInOrder(client)) {
      for await (const row of dumpTable(client, table)) {
        count += 1;
        yield `[${JSON.stringify(table)},${row}]\n`;
      }
    }
    yield `${JSON.stringify({ end: true, rows: count })}\n`;
  }
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const unfinished = `${file}.new`;
    await withFile(unfinished, 'w', async (handle) => {
      await handle.chmod(0o600);
      await pipeline(Readable.from(lines()), createGzip(), async (bytes: AsyncIterable<Buffer>) => {
        for await (const chunk of bytes) await handle.writeFile(chunk);
      });
      await handle.sync();
    });
    await rename(unfinished, file);
    return count;
  } finally {
    await client.end();
  }
}

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { putSecret, readSecret } from '#server/db/sealed-secret-store.ts';
import { findSetting } from '#server/db/setting-store.ts';
import { findToken } from '#server/db/token-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import { secret } from '#server/platform/secret.ts';
import { makeHost, makeImage, makeInstance, makeOperation, makeProject, makeUser } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { type DataDirectory, prepareDataDirectory, readSecrets } from '../data-directory.ts';
import { UsageError } from '../usage-error.ts';
import { backupCommand } from './backup.ts';
import type { CommandContext } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { restoreCommand } from './restore.ts';
import { tokenCreateCommand } from './token-create.ts';
import { userResetCommand } from './user-reset.ts';

let root: string;
let directory: DataDirectory;
let source: TestDatabase;
let db: Db;
let context: CommandContext;
const opened: { db: Db; database: TestDatabase }[] = [];

async function openDatabase(): Promise<{ db: Db; database: TestDatabase }> {
  const database = await createTestDatabase();
  const one = { database, db: createDb(database.url, { max: 2 }) };
  opened.push(one);
  return one;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-commands-'));
  directory = await prepareDataDirectory(join(root, 'data'));
});
beforeEach(async () => {
  ({ db, database: source } = await openDatabase());
  context = { directory, databaseUrl: source.url, env: { NODE_ENV: 'test' } };
});
afterAll(async () => {
  for (const one of opened) {
    await one.db.$disconnect();
    await one.database.drop();
  }
  await rm(root, { recursive: true });
});

it('token create prints a token that works, and audits it', async () => {
  const user = await makeUser(db, { email: 'ada@example.org' });
  const { json, text } = await tokenCreateCommand.run(['--user', 'Ada@example.org', '--scope', 'all'], context);
  const { token } = json as { token: string };
  expect(text).toContain(token);
  expect(await findToken(db, sha256(token))).toMatchObject({ user: { id: user.id }, token: { scopes: ['all'] } });
  expect(await db.audit.findMany()).toMatchObject([{ action: 'token.create', actorName: 'the atoll command' }]);
  expect(
    JSON.stringify(await db.audit.findMany(), (_key, value) => (typeof value === 'bigint' ? 0 : value)),
  ).not.toContain(token);
});

it('commands say what is missing or wrong', async () => {
  const token = (args: string[]) => tokenCreateCommand.run(args, context);
  const wrong: [() => Promise<unknown>, string][] = [
    [() => token(['--scope', 'all']), '--user'],
    [() => token(['--user', 'x@example.org']), '--scope'],
    [() => token(['--user', 'x@example.org', '--scope', 'everything']), '--scope everything'],
    [() => token(['--user', 'x@example.org', '--scope', 'all']), 'There is no user'],
    [() => token(['--user', 'x@example.org', '--scope', 'all', '--days', '999']), '--days'],
    [() => backupCommand.run([], context), 'Name one file'],
    [() => restoreCommand.run([join(root, 'nothing')], context), 'there is no such file'],
  ];
  for (const [run, message] of wrong) {
    const error: unknown = await run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(message);
  }
});

it('user reset gives the link of the first run, then links for a user', async () => {
  expect((await userResetCommand.run([], context)).text).toMatch(/http:\/\/127\.0\.0\.1:3000\/setup#token=setup_/);
  await makeUser(db, { email: 'ada@example.org' });
  await expect(userResetCommand.run([], context)).rejects.toThrow('user reset ada@example.org');
  const env = { ...context.env, ATOLL_ORIGIN: 'https://cloud.example.org' };
  const { json } = await userResetCommand.run(['ada@example.org'], { ...context, env });
  expect((json as { url: string }).url).toMatch(/^https:\/\/cloud\.example\.org\/setup#token=setup_/);
});

it('doctor finds nothing in good order, and says what is not', async () => {
  const { id } = await makeProject(db);
  expect(await doctorCommand.run(['--database-only'], context)).toMatchObject({ json: { healthy: true }, exitCode: 0 });
  await db.quota.updateMany({ where: { projectId: id, resource: 'vcpus' }, data: { used: 3 } });
  const sick = await doctorCommand.run(['--database-only'], context);
  expect(sick).toMatchObject({ exitCode: 1, json: { healthy: false } });
  expect(sick.text).toMatch(/^I1 .*vcpus: 3 used/);
});

const passphrase = 'correct horse battery';
const everything = async (one: Db): Promise<Record<string, unknown>> => {
  const tables = await one.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('_prisma_migrations', 'setting')`;
  const rows: Record<string, unknown> = {};
  for (const { name } of tables)
    rows[name] = await one.$queryRawUnsafe(`SELECT to_jsonb(t)::text AS row FROM "${name}" t ORDER BY 1`);
  return rows;
};

async function fill(): Promise<{ instanceId: string }> {
  const user = await makeUser(db, { name: 'Ада “”\n\u2028' });
  const { id: projectId } = await makeProject(db, { ownerId: user.id });
  const { id: hostId } = await makeHost(db);
  await makeImage(db, { projectId });
  const { id: instanceId } = await makeInstance(db, { projectId, hostId });
  const { id: operationId } = await makeOperation(db, { projectId });
  const line = { operationId, level: 'info', message: '9007199254740993 “” \u2028' };
  await db.operationLog.createMany({ data: Array.from({ length: 1_200 }, () => line) });
  await tokenCreateCommand.run(['--user', user.email, '--scope', 'all'], context);
  const { sealing } = await readSecrets(directory);
  const ref = { ownerType: 'instance', ownerId: instanceId, purpose: 'user-data' } as const;
  await inTx(db, (tx) => putSecret(tx, sealing.public, ref, secret('hello')));
  return { instanceId };
}

it('a backup comes back whole, elsewhere, with its keys; operations wait until it is accepted', async () => {
  const { instanceId } = await fill();
  const file = join(root, 'whole.backup');
  const env = { ...context.env, ATOLL_PASSPHRASE: passphrase };
  const before = await everything(db);
  await backupCommand.run([file], { ...context, env });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = gunzipSync(await readFile(file)).toString();
  expect(text).not.toContain((await readSecrets(directory)).sealing.private.privateKey.reveal());

  const target = await openDatabase();
  const elsewhere = await prepareDataDirectory(join(root, 'elsewhere'));
  const there = { directory: elsewhere, databaseUrl: target.database.url, env };
  await expect(
    restoreCommand.run([file], { ...there, env: { ...env, ATOLL_PASSPHRASE: 'another one entirely' } }),
  ).rejects.toThrow('does not open');
  await restoreCommand.run([file], there);
  expect(await everything(target.db)).toEqual(before);
  const { sealing } = await readSecrets(elsewhere);
  const ref = { ownerType: 'instance', ownerId: instanceId, purpose: 'user-data' } as const;
  expect((await readSecret(target.db, sealing.private, ref))?.reveal()).toBe('hello');
  // Sequences go on behind what is there.
  await makeProject(target.db);
  await inTx(target.db, (tx) =>
    tx.operationLog.create({ data: { operationId: anyOperation(before), level: 'info', message: 'x' } }),
  );

  expect(await findSetting(target.db, 'restored')).not.toBeNull();
  await restoreCommand.run(['--accept'], there);
  expect(await findSetting(target.db, 'restored')).toBeNull();
});

const anyOperation = (rows: Record<string, unknown>): string =>
  JSON.parse((rows.operation as { row: string }[])[0]!.row).id;

it('a backup that is cut off, of another version or none at all changes nothing', async () => {
  await fill();
  const file = join(root, 'good.backup');
  await backupCommand.run([file], context);
  const lines = gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n');
  const target = await openDatabase();
  const { id } = await makeProject(target.db);
  await makeUser(target.db);
  const there = { ...context, databaseUrl: target.database.url };
  const damaged: [string, Buffer, string][] = [
    ['cut', gzipSync(`${lines.slice(0, -1).join('\n')}\n`), 'is cut off'],
    ['short', gzipSync(`${lines.filter((_line, index) => index !== 5).join('\n')}\n`), 'is cut off'],
    [
      'other',
      gzipSync(`${lines.join('\n').replace(/20\d{12}_foundation/, '20200101000000_other')}\n`),
      'whose tables differ',
    ],
    ['no', Buffer.from('hello'), 'is no backup'],
  ];
  for (const [name, bytes, message] of damaged) {
    const path = join(root, name);
    await writeFile(path, bytes);
    await expect(restoreCommand.run([path, '--replace'], there), name).rejects.toThrow(message);
  }
  await expect(restoreCommand.run([file], there)).rejects.toThrow('--replace');
  expect(await target.db.project.count()).toBe(1);
  await restoreCommand.run([file, '--replace'], there);
  expect(await target.db.project.findUnique({ where: { id } })).toBeNull();
});

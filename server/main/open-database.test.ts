import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDb, inTx } from '#server/db/client.ts';
import { putSecret } from '#server/db/sealed-secret-store.ts';
import { findSetting } from '#server/db/setting-store.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { secret } from '#server/platform/secret.ts';
import { createTestDatabase } from '#server/testing/test-database.ts';
import { databaseUrlFile, prepareDataDirectory, readSecrets } from './data-directory.ts';
import { openDatabase } from './open-database.ts';
import { UsageError } from './usage-error.ts';

const log = createLog({ process: 'test', level: 'silent' });
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-open-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function parts(name: string, databaseUrl: string | null) {
  const directory = await prepareDataDirectory(join(root, name));
  return { directory, databaseUrl, secrets: await readSecrets(directory), log };
}

it('a database of the admin: roles, keys; the web sees no ciphertext; another data directory is refused', async () => {
  const foreign = await createTestDatabase();
  const own = await parts('own', foreign.url);
  const database = await openDatabase(own);
  expect(await findSetting(database.db, 'sealingPublicKey')).toEqual(own.secrets.sealing.public);
  expect(await findSetting(database.db, 'sshIdentity')).toMatchObject({ publicKey: own.secrets.ssh.publicKey });
  const ref = { ownerType: 'host', ownerId: newId(), purpose: 'ssh-password' } as const;
  const web = createDb(database.webUrl, { max: 1 });
  await inTx(web, (tx) => putSecret(tx, own.secrets.sealing.public, ref, secret('hello')));
  await expect(web.$queryRaw`SELECT ciphertext FROM sealed_secret`).rejects.toThrow('permission denied');
  await web.$disconnect();
  const worker = createDb(database.workerUrl, { max: 1 });
  expect(await worker.$queryRaw`SELECT ciphertext FROM sealed_secret`).toHaveLength(1);
  await worker.$disconnect();
  await database.close();

  const other = openDatabase(await parts('other', foreign.url));
  await expect(other).rejects.toThrow(UsageError);
  await expect(other).rejects.toThrow('other keys');
  const again = await openDatabase(own);
  await again.close();
  await foreign.drop();
});

it('the embedded one: made at the first start, found again at the next; its address is told while it runs', async () => {
  const given = await parts('embedded', null);
  const first = await openDatabase(given);
  expect((await stat(databaseUrlFile(given.directory))).mode & 0o777).toBe(0o600);
  await first.db.$executeRaw`INSERT INTO setting (key, value) VALUES ('test', '1')`;
  await first.close();
  await expect(access(databaseUrlFile(given.directory))).rejects.toThrow('ENOENT');
  const second = await openDatabase(given);
  expect(await second.db.setting.count({ where: { key: 'test' } })).toBe(1);
  await second.close();
}, 120_000);

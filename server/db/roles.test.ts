import { Client } from 'pg';
import { fromPrisma, PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#server/platform/id.ts';
import { newSealingKeys } from '#server/platform/sealing.ts';
import { secret } from '#server/platform/secret.ts';
import { makeProject } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { appendAudit } from './audit-store.ts';
import { createDb, type Db, inTx } from './client.ts';
import { ensureRoles, roleNames } from './roles.ts';
import { deleteSecrets, listSecretPurposes, putSecret, readCiphertext, readSecret } from './sealed-secret-store.ts';

let database: TestDatabase;
let owner: Db;
let web: Db;
let worker: Db;
let webUrl: string;
let workerUrl: string;
let sql: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ webUrl, workerUrl } = await ensureRoles(database.url, {
    web: secret('first password'),
    worker: secret('w€irter'),
  }));
  ({ webUrl, workerUrl } = await ensureRoles(database.url, { web: secret('p@ss:/?#'), worker: secret('w-orker-1') }));
  owner = createDb(database.url, { max: 2 });
  web = createDb(webUrl, { max: 4 });
  worker = createDb(workerUrl, { max: 4 });
  sql = new Client({ connectionString: webUrl });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  for (const db of [web, worker, owner]) await db.$disconnect();
  const admin = new Client({ connectionString: database.url });
  await admin.connect();
  const names = roleNames((await admin.query('SELECT current_database() AS name')).rows[0].name);
  for (const role of [names.web, names.worker]) await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await admin.end();
  await database.drop();
});

const denied = /permission denied/;
const host = { ownerType: 'host', ownerId: newId() } as const;

describe('sealed secrets', () => {
  it('are written and removed by the web, and opened by the worker', async () => {
    const keys = await newSealingKeys();
    const ref = { ...host, purpose: 'ssh-password' } as const;
    await inTx(web, (tx) => putSecret(tx, keys.public, ref, secret('first')));
    await inTx(web, (tx) => putSecret(tx, keys.public, ref, secret('second')));
    expect(await listSecretPurposes(web, host)).toEqual(['ssh-password']);
    expect((await readSecret(worker, keys.private, ref))?.reveal()).toBe('second');
    await inTx(web, (tx) => deleteSecrets(tx, host));
    expect(await readSecret(worker, keys.private, ref)).toBeNull();
  });

  it('cannot be read by the web in any way', async () => {
    const keys = await newSealingKeys();
    const ref = { ...host, purpose: 'tls-key' } as const;
    await inTx(web, (tx) => putSecret(tx, keys.public, ref, secret('sentinel')));
    const values = `(gen_random_uuid(), 'host', gen_random_uuid(), 'env', 'k', '\\x00')`;
    for (const statement of [
      'SELECT ciphertext FROM sealed_secret',
      'SELECT * FROM sealed_secret',
      'SELECT s FROM sealed_secret s',
      'SELECT to_jsonb(s) FROM sealed_secret s',
      `SELECT id FROM sealed_secret WHERE ciphertext > '\\x00'`,
      'SELECT id FROM sealed_secret ORDER BY ciphertext',
      'DELETE FROM sealed_secret RETURNING ciphertext',
      `INSERT INTO sealed_secret (id, owner_type, owner_id, purpose, key_id, ciphertext) VALUES ${values} RETURNING *`,
      'UPDATE sealed_secret SET ciphertext = ciphertext',
      `UPDATE sealed_secret SET owner_id = gen_random_uuid()`,
      'COPY sealed_secret TO STDOUT',
      'COPY sealed_secret (ciphertext) TO STDOUT',
      'CREATE TEMP TABLE copy AS SELECT * FROM sealed_secret',
      'TRUNCATE sealed_secret',
      'ALTER TABLE sealed_secret DISABLE TRIGGER ALL',
      `SET ROLE ${roleNames(new URL(database.url).pathname.slice(1)).worker}`,
      `SELECT pg_read_file('postgresql.conf')`,
      `COPY (SELECT 1) TO PROGRAM 'cat'`,
      `SELECT lo_export(1, '/tmp/x')`,
    ])
      await expect(sql.query(statement), statement).rejects.toThrow(
        /permission denied|must be owner|must be superuser/,
      );
    await expect(readCiphertext(web, ref)).rejects.toThrow(denied);
    await expect(web.sealedSecret.findMany()).rejects.toThrow(denied);
    await expect(
      web.sealedSecret.create({ data: { ...ref, id: newId(), keyId: 'k', ciphertext: new Uint8Array(1) } }),
    ).rejects.toThrow(denied);
    expect((await readSecret(worker, keys.private, ref))?.reveal()).toBe('sentinel');
  });
});

describe('audit', () => {
  it('is written and read by both, and changed by neither', async () => {
    for (const db of [web, worker]) {
      await inTx(db, (tx) =>
        appendAudit(tx, { actor: { id: null, name: 'test' }, projectId: null, action: 'host.create', outcome: 'done' }),
      );
      for (const statement of [
        `UPDATE audit SET outcome = 'refused'`,
        'DELETE FROM audit',
        'TRUNCATE audit',
        'ALTER TABLE audit DISABLE TRIGGER audit_append_only',
        'DROP TRIGGER audit_append_only ON audit',
        'SELECT * FROM audit FOR UPDATE',
      ])
        await expect(db.$executeRawUnsafe(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    }
    expect(await owner.audit.count()).toBe(2);
  });

  it('is append-only even for its owner', async () => {
    for (const statement of [`UPDATE audit SET outcome = 'refused'`, 'DELETE FROM audit', 'TRUNCATE audit'])
      await expect(owner.$executeRawUnsafe(statement), statement).rejects.toThrow('append-only');
  });
});

describe('roles', () => {
  it('can do what the stores do', async () => {
    for (const db of [web, worker]) expect((await makeProject(db)).version).toBeGreaterThan(0);
  });

  it('cannot change tables or their own rights', async () => {
    for (const db of [web, worker])
      for (const statement of [
        'CREATE TABLE mine (id int)',
        'ALTER TABLE project ADD x int',
        'DELETE FROM _prisma_migrations',
      ])
        await expect(db.$executeRawUnsafe(statement), statement).rejects.toThrow(/permission denied|must be owner/);
  });

  it('have only the newest password', async () => {
    const url = new URL(webUrl);
    url.password = encodeURIComponent('first password');
    const client = new Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toThrow('password authentication failed');
  });

  it('enqueue as web, in the transaction that admits, and work as worker', async () => {
    const settings = { schema: 'pgboss', migrate: false, createSchema: false, max: 2 } as const;
    const bossOfWorker = new PgBoss({ ...settings, connectionString: workerUrl });
    const bossOfWeb = new PgBoss({ ...settings, connectionString: webUrl, supervise: false, schedule: false });
    const failures: Error[] = [];
    for (const boss of [bossOfWorker, bossOfWeb]) boss.on('error', (error) => failures.push(error));
    await bossOfWorker.start();
    await bossOfWeb.start();
    try {
      await bossOfWorker.createQueue('ring', { policy: 'standard' });
      await bossOfWorker.schedule('ring', '0 0 1 1 *');
      await expect(
        inTx(web, async (tx) => {
          await bossOfWeb.send('ring', { rolledBack: true }, { db: fromPrisma(tx) });
          throw new Error('given up');
        }),
      ).rejects.toThrow('given up');
      await inTx(web, (tx) => bossOfWeb.send('ring', { rolledBack: false }, { db: fromPrisma(tx) }));
      await bossOfWorker.supervise('ring');
      const jobs = await bossOfWorker.fetch('ring', { batchSize: 5 });
      expect(jobs.map((job) => job.data)).toEqual([{ rolledBack: false }]);
      await bossOfWorker.complete('ring', jobs[0]?.id ?? '');
      expect(failures).toEqual([]);
    } finally {
      await bossOfWeb.stop({ graceful: false });
      await bossOfWorker.stop({ graceful: false });
    }
  });

  it('refuses database names that do not fit', () => {
    expect(roleNames('atoll')).toEqual({ web: 'atoll_web', worker: 'atoll_worker' });
    expect(() => roleNames('x'.repeat(57))).toThrow('too long');
  });
});

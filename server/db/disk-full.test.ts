import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import { makeHost, makeProject } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { claimHost, claimQuota } from './claim-store.ts';
import { type AtollTx, createDb, type Db, inTx } from './client.ts';
import { findViolations } from './invariants.ts';

/*
 * PostgreSQL without room, and PostgreSQL that lets one wait (reliability.md F4): what cannot be written is not done, and what belongs
 * together fails together. The disk is a real one of 2 MiB that is full.
 */

const run = promisify(execFile);
const tablespace = `small_${newId().replaceAll('-', '')}`;
let database: TestDatabase;
let db: Db;
let disk: string;
let admin: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
  const adminUrl = new URL(database.url);
  adminUrl.pathname = 'postgres';
  admin = new Client({ connectionString: adminUrl.href });
  await admin.connect();
  const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
  const { uid, gid } = await stat(rows[0]?.data_directory ?? '');
  disk = await mkdtemp(join(tmpdir(), 'atoll-small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
  await chown(disk, uid, gid);
  await chmod(disk, 0o700);
  await admin.query(`CREATE TABLESPACE ${tablespace} LOCATION '${disk}'`);
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
  await admin?.query(`DROP TABLESPACE IF EXISTS ${tablespace}`);
  await admin?.end();
  await run('umount', [disk]).catch(() => undefined);
  await rm(disk, { recursive: true, force: true });
});

const unavailable = { code: 'unavailable', options: { retryAfterSeconds: expect.any(Number) } };

/** What a create does in its one transaction: claims, and an operation that a worker will take for an order. */
async function admit(tx: AtollTx, projectId: string, hostId: string): Promise<void> {
  const id = newId();
  await claimQuota(tx, { projectId, ownerId: id }, { vcpus: 1 });
  await claimHost(tx, { projectId, ownerId: id, hostId }, { vcpus: 1 });
  const target = { type: 'instance', id, name: 'web' };
  await enqueueOperation(tx, { kind: 'instance.start', projectId, target, hostId, input: { instanceId: id } });
}

it('on a full disk nothing is admitted and nothing is claimed; with room again all goes on', async () => {
  const { id: projectId } = await makeProject(db);
  const { id: hostId } = await makeHost(db);
  const used = () => db.quota.findMany({ where: { projectId, used: { gt: 0 } } });
  await db.$executeRawUnsafe(`ALTER TABLE operation SET TABLESPACE ${tablespace}`);
  await db.$executeRawUnsafe(`CREATE TABLE filler (text text) TABLESPACE ${tablespace}`);
  // Row by row, until not one more fits.
  const fill = async () => {
    for (;;) await db.$executeRaw`INSERT INTO filler SELECT repeat('x', 7000) FROM generate_series(1, 5)`;
  };
  await expect(fill()).rejects.toMatchObject(unavailable);
  const last = async () => {
    for (;;) await db.$executeRaw`INSERT INTO filler VALUES (repeat('x', 7000))`;
  };
  await expect(last()).rejects.toMatchObject(unavailable);

  await expect(inTx(db, (tx) => admit(tx, projectId, hostId))).rejects.toMatchObject(unavailable);
  expect([await used(), await db.operation.count(), await db.reservation.count({ where: { projectId } })]).toEqual([
    [],
    0,
    0,
  ]);
  // What needs no room is answered all the while.
  expect(await db.project.count({ where: { id: projectId } })).toBe(1);

  await db.$executeRaw`DROP TABLE filler`;
  await inTx(db, (tx) => admit(tx, projectId, hostId));
  expect([(await used()).length, await db.operation.count()]).toEqual([1, 1]);
});

it('who waits too long for a lock gives up, and keeps nothing', async () => {
  const { id: projectId } = await makeProject(db);
  const { id: hostId } = await makeHost(db);
  const [locked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holder = inTx(db, async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM quota WHERE project_id = ${projectId}::uuid FOR UPDATE`;
    locked.resolve();
    await free.promise;
  });
  await locked.promise;
  const waiting = inTx(db, async (tx) => {
    // As the pool's own 10 s, only sooner.
    await tx.$executeRaw`SET LOCAL lock_timeout = '200ms'`;
    await admit(tx, projectId, hostId);
  });
  await expect(waiting).rejects.toMatchObject(unavailable);
  free.resolve();
  await holder;
  expect(await db.reservation.count({ where: { projectId } })).toBe(0);
  await inTx(db, (tx) => admit(tx, projectId, hostId));
  expect(await db.reservation.count({ where: { projectId } })).toBeGreaterThan(0);
  expect((await findViolations(db)).filter(({ invariant }) => invariant === 'I2')).toEqual([]);
});

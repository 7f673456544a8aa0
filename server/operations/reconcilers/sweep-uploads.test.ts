import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { insertImage } from '#server/db/image-store.ts';
import { newId } from '#server/platform/id.ts';
import { createLog } from '#server/platform/log.ts';
import { makeOperation } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { sweepUploads } from './sweep-uploads.ts';

let database: TestDatabase;
let db: Db;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 2 });
  dataDir = await mkdtemp(join(tmpdir(), 'atoll-sweep-'));
  for (const folder of ['images', 'uploads']) await mkdir(join(dataDir, folder));
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
  await rm(dataDir, { recursive: true });
});

const log = createLog({ process: 'test', level: 'silent' });
const sweep = () => sweepUploads({ db, log, dataDir }, new AbortController().signal);
const left = async () => [...(await readdir(join(dataDir, 'images'))), ...(await readdir(join(dataDir, 'uploads')))];
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);

async function file(folder: string, name: string, ageHours: number): Promise<string> {
  const path = join(dataDir, folder, name);
  await writeFile(path, 'bytes');
  await utimes(path, ago(ageHours), ago(ageHours));
  return name;
}

/** An upload with its file, created and last written so many hours ago. */
async function upload(createdHours: number, heardHours: number | null): Promise<string> {
  const { id } = await inTx(db, (tx) =>
    insertImage(tx, { projectId: null, name: 'disk', state: 'uploading', totalBytes: 10 }),
  );
  const uploadLeaseUntil = heardHours === null ? null : ago(heardHours);
  await db.image.update({ where: { id }, data: { createdAt: ago(createdHours), uploadLeaseUntil } });
  await file('images', `.upload-${id}`, heardHours ?? createdHours);
  return id;
}

it('an upload that nobody went on with for a day fails with the reason, and its bytes go', async () => {
  const [never, paused] = [await upload(25, null), await upload(200, 25)];
  const alive = [await upload(200, 2), await upload(1, null)];
  await sweep();
  const failed = await db.image.findMany({ where: { state: 'failed' } });
  expect(failed.map((image) => image.id).sort()).toEqual([never, paused].sort());
  for (const image of failed) expect(image.stateReason).toContain('Nobody went on with the upload for 24 hours');
  expect((await left()).sort()).toEqual(alive.map((id) => `.upload-${id}`).sort());
  const events = await db.event.findMany({ where: { type: 'image.upload_abandoned' } });
  expect(events.map((event) => event.targetId).sort()).toEqual([never, paused].sort());
  await sweep();
  expect(await db.event.count({ where: { type: 'image.upload_abandoned' } })).toBe(2);
});

it('files without a row that wants them go when they are old, and nothing else does', async () => {
  await db.image.deleteMany();
  const importing = await inTx(db, (tx) => insertImage(tx, { projectId: null, name: 'i', state: 'importing' }));
  const awaited = `${newId()}.tar`;
  await makeOperation(db, { projectId: null, kind: 'container-image.load', input: { hostId: newId(), path: awaited } });
  const kept = [
    await file('images', `.import-${importing.id}`, 50),
    await file('images', `.upload-${newId()}`, 0),
    await file('images', 'a'.repeat(64), 500),
    await file('images', '.upload-notes', 500),
    await file('uploads', awaited, 50),
    await file('uploads', `${newId()}.tar`, 20),
    await file('uploads', 'mine.tar', 500),
  ];
  await file('images', `.import-${newId()}`, 2);
  await file('uploads', `${newId()}.tar`, 25);
  await sweep();
  const names = (await left()).filter((name) => !name.startsWith('.upload-') || kept.includes(name));
  expect(names.sort()).toEqual(kept.sort());
});

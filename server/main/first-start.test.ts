import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDb, type Db } from '#server/db/client.ts';
import { deleteSetting, putSetting } from '#server/db/setting-store.ts';
import { imagePath } from '#server/operations/workflows/image-file.ts';
import { createLog } from '#server/platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { addLocalHost, labelOf } from './add-local-host.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { seedImage } from './seed-image.ts';
import { untilAccepted } from './until-accepted.ts';

let root: string;
let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'atoll-first-'));
  database = await createTestDatabase();
  db = createDb(database.url, { max: 2 });
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
  await rm(root, { recursive: true });
});

it('this machine is added once, under a name that hosts may have, and looked at', async () => {
  expect(await addLocalHost(db)).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
  expect(await addLocalHost(db)).toBeNull();
  expect(await db.operation.findMany()).toMatchObject([{ kind: 'host.enroll', state: 'pending', createdById: null }]);
  const names = ['Büro_PC.example.org', 'UPPER', '---', 'a'.repeat(80), '-x-'];
  expect(names.map(labelOf)).toEqual(['b-ro-pc', 'upper', 'local', 'a'.repeat(60), 'x']);
});

it('a disk image is offered to every project once, after it was inspected', async () => {
  const { root: dataDir } = await prepareDataDirectory(join(root, 'data'));
  const disk = Buffer.alloc(8192);
  disk.writeUInt16BE(0x55aa, 510);
  const path = join(root, 'mini.raw');
  await writeFile(path, disk);
  expect(await seedImage(db, dataDir, path)).toBe('mini');
  await copyFile(path, join(root, 'other.raw'));
  expect(await seedImage(db, dataDir, join(root, 'other.raw'))).toBeNull();
  const [image, ...others] = await db.image.findMany();
  expect(others).toEqual([]);
  expect(image).toMatchObject({ projectId: null, state: 'ready', format: 'raw', sizeBytes: 8192n });
  expect(await readFile(imagePath(dataDir, image?.sha256 ?? ''))).toEqual(disk);
  await writeFile(path, 'no image at all');
  await expect(seedImage(db, dataDir, path)).rejects.toMatchObject({ code: 'image_invalid' });
});

it('after a restore no operation runs until an admin says so', async () => {
  const log = createLog({ process: 'test', level: 'silent' });
  const { signal } = new AbortController();
  expect(await untilAccepted(db, log, signal)).toBe(true);
  await putSetting(db, 'restored', { at: new Date().toISOString() });
  const stopped = new AbortController();
  const told = vi.fn();
  const waiting = untilAccepted(db, log, signal).then(told);
  const givenUp = untilAccepted(db, log, stopped.signal);
  stopped.abort();
  expect(await givenUp).toBe(false);
  expect(told).not.toHaveBeenCalled();
  await deleteSetting(db, 'restored');
  await waiting;
  expect(told).toHaveBeenCalledWith(true);
});

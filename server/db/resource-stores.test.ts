import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#server/platform/id.ts';
import {
  makeFlavor,
  makeHost,
  makeImage,
  makeInstance,
  makeOperation,
  makeProject,
  makeUser,
  makeVolume,
} from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { appendAudit, listAudit } from './audit-store.ts';
import { createDb, type Db, inTx } from './client.ts';
import { appendEvent, listEvents } from './event-store.ts';
import { deleteFlavor, getFlavor, updateFlavor } from './flavor-store.ts';
import { deleteImage, insertImage, isImageFileShared, listImages, updateImage } from './image-store.ts';
import { deleteInstance } from './instance-change-store.ts';
import { getInstance } from './instance-store.ts';
import { appendOperationLog, listOperationLog } from './operation-log-store.ts';
import { findLiveOperation, getOperation, listOperations } from './operation-store.ts';
import type { Keyset } from './page.ts';
import { findProject, getProject, setQuotaLimits } from './project-store.ts';
import { onlyProject } from './scope.ts';
import { deleteSetting, findSetting, putSetting } from './setting-store.ts';
import { attachVolume, getVolume, listInstanceVolumes } from './volume-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 8 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** Walks a list two by two. */
async function walk<Row>(
  read: (page: { limit: number; after: Keyset | null }) => Promise<{ items: Row[]; next: Keyset | null }>,
) {
  const rows: Row[] = [];
  let after: Keyset | null = null;
  do {
    const page = await read({ limit: 2, after });
    rows.push(...page.items);
    after = page.next;
  } while (after);
  return rows;
}

describe('projects', () => {
  it('are found by id or slug', async () => {
    const project = await makeProject(db);
    const trap = await makeProject(db, { slug: project.id });
    for (const reference of [project.id, project.slug, project.id.toUpperCase()])
      expect(await findProject(db, reference, 'every-project')).toEqual(project);
    expect(await findProject(db, project.id, onlyProject(trap.id))).toEqual(trap);
    expect(await findProject(db, "x' OR true --", 'every-project')).toBeNull();
    await expect(makeProject(db, { slug: project.slug })).rejects.toMatchObject({ code: 'name_taken' });
  });

  it('keep what is used when a limit is lowered, and tell it', async () => {
    const project = await makeProject(db);
    const host = await makeHost(db);
    await makeInstance(db, { projectId: project.id, hostId: host.id, vcpus: 4 });
    const { version } = await getProject(db, project);
    const after = await inTx(db, (tx) => setQuotaLimits(tx, { projectId: project.id }, { vcpus: 1 }));
    expect(after).toMatchObject({
      version: version + 1,
      quota: { vcpus: { used: 4, limit: 1 }, instances: { used: 1 } },
    });
    await expect(makeInstance(db, { projectId: project.id, hostId: host.id })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
  });
});

describe('flavors', () => {
  it('change under their version; instances outlive them', async () => {
    const flavor = await makeFlavor(db);
    const project = await makeProject(db);
    const host = await makeHost(db);
    const instance = await makeInstance(db, { projectId: project.id, hostId: host.id, flavorId: flavor.id });
    const size = { name: flavor.name, vcpus: 2, memoryMiB: 1_024, diskGiB: 10 };
    const changed = await inTx(db, (tx) => updateFlavor(tx, { id: flavor.id, expectedVersion: 1 }, size));
    expect(changed).toEqual({ ...flavor, ...size, version: 2 });
    const stale = { id: flavor.id, expectedVersion: 1 };
    const refused = { code: 'precondition_failed' };
    await expect(inTx(db, (tx) => updateFlavor(tx, stale, size))).rejects.toMatchObject(refused);
    await expect(inTx(db, (tx) => deleteFlavor(tx, stale))).rejects.toMatchObject(refused);
    const other = await makeFlavor(db);
    await expect(inTx(db, (tx) => updateFlavor(tx, flavor, { ...size, name: other.name }))).rejects.toMatchObject({
      code: 'name_taken',
    });
    await inTx(db, (tx) => deleteFlavor(tx, { id: flavor.id }));
    await expect(getFlavor(db, flavor)).rejects.toMatchObject({ code: 'not_found' });
    expect(await getInstance(db, instance)).toMatchObject({ vcpus: 1, flavor: null });
  });
});

describe('images', () => {
  it('go from state to state only along the given way', async () => {
    const project = await makeProject(db);
    const image = await inTx(db, (tx) =>
      insertImage(tx, { projectId: project.id, name: 'i', state: 'uploading', totalBytes: 10 }),
    );
    const ref = { projectId: project.id, id: image.id };
    await inTx(db, (tx) =>
      updateImage(tx, { ...ref, fromStates: ['uploading'] }, { receivedBytes: 10, state: 'inspecting' }),
    );
    await expect(
      inTx(db, (tx) => updateImage(tx, { ...ref, fromStates: ['uploading'] }, { receivedBytes: 11 })),
    ).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(inTx(db, (tx) => updateImage(tx, ref, { state: 'ready' }))).rejects.toThrow('image_ready_is_known');
  });

  it('are listed with the public ones, page by page', async () => {
    const [project, other] = [await makeProject(db), await makeProject(db)];
    for (const name of ['list-b', 'list-a', 'list-c']) await makeImage(db, { name, projectId: project.id });
    await makeImage(db, { name: 'list-public' });
    await makeImage(db, { name: 'list-other', projectId: other.id });
    const names = async (includePublic: boolean) =>
      (
        await walk((page) =>
          listImages(db, { scope: onlyProject(project.id), includePublic }, { search: 'list-' }, page),
        )
      ).map((image) => image.name);
    expect(await names(true)).toEqual(['list-a', 'list-b', 'list-c', 'list-public']);
    expect(await names(false)).toEqual(['list-a', 'list-b', 'list-c']);
  });

  it('share a file while any other has the same bytes', async () => {
    const sha256 = 'd'.repeat(64);
    const [one, two] = [await makeImage(db, { sha256 }), await makeImage(db, { sha256 })];
    expect(await isImageFileShared(db, { id: one.id, sha256 })).toBe(true);
    await inTx(db, (tx) => deleteImage(tx, { projectId: null, id: two.id }));
    expect(await isImageFileShared(db, { id: one.id, sha256 })).toBe(false);
  });
});

describe('volumes', () => {
  it('belong to one instance at a time, whoever races, and are free when it goes', async () => {
    const [project, host] = [await makeProject(db), await makeHost(db)];
    const place = { projectId: project.id, hostId: host.id };
    const volume = await makeVolume(db, place);
    const rivals = await Promise.all([1, 2, 3, 4].map(() => makeInstance(db, place)));
    const outcomes = await Promise.allSettled(
      rivals.map(({ id }) => inTx(db, (tx) => attachVolume(tx, volume, { instanceId: id, target: '/data' }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'in_use' });
    const winner = rivals[outcomes.findIndex(({ status }) => status === 'fulfilled')];
    expect((await getVolume(db, volume)).instance).toEqual({ id: winner?.id, name: winner?.name });
    expect(await listInstanceVolumes(db, { projectId: project.id, instanceId: winner?.id ?? '' })).toHaveLength(1);
    await inTx(db, (tx) => deleteInstance(tx, { projectId: project.id, id: winner?.id ?? '' }));
    expect((await getVolume(db, volume)).instance).toBeNull();
  });
});

describe('operations', () => {
  it('are listed newest first with their steps, by what the caller asks for', async () => {
    const [project, user] = [await makeProject(db), await makeUser(db)];
    const made = [];
    for (let at = 0; at < 5; at++) made.push(await makeOperation(db, { projectId: project.id }));
    const mine = await makeOperation(db, { projectId: project.id, createdBy: user });
    await db.operation.updateMany({ where: { id: made[0]?.id }, data: { state: 'succeeded', endedAt: new Date() } });
    const list = async (filter: Parameters<typeof listOperations>[2]) =>
      walk((page) => listOperations(db, { scope: onlyProject(project.id) }, filter, page));
    const all = await list({});
    expect(all.map((row) => row.id)).toEqual([mine, ...made.toReversed()].map((row) => row.id));
    expect(all[0]?.steps.map(({ seq, name, state }) => [seq, name, state])).toEqual([
      [0, 'first', 'pending'],
      [1, 'second', 'pending'],
    ]);
    expect(await list({ done: true })).toMatchObject([{ id: made[0]?.id }]);
    expect(await list({ done: false })).toHaveLength(5);
    expect(await list({ createdById: user.id })).toMatchObject([{ id: mine.id, createdByName: user.name }]);
    expect(await list({ targetId: made[1]?.targetId })).toMatchObject([{ id: made[1]?.id }]);
  });

  it('hold their target until they are over', async () => {
    const project = await makeProject(db);
    const target = { type: 'instance', id: newId(), name: 'x' };
    const ref = { projectId: project.id, targetId: target.id };
    const first = await makeOperation(db, { projectId: project.id, target });
    for (const state of ['running', 'undoing', 'stuck']) {
      await db.operation.updateMany({ where: { id: first.id }, data: { state } });
      expect((await findLiveOperation(db, ref))?.id).toBe(first.id);
      await expect(makeOperation(db, { projectId: project.id, target })).rejects.toMatchObject({
        code: 'state_conflict',
      });
    }
    await db.operation.updateMany({ where: { id: first.id }, data: { state: 'failed', endedAt: new Date() } });
    expect(await findLiveOperation(db, ref)).toBeNull();
    const second = await makeOperation(db, { projectId: project.id, target });
    expect((await getOperation(db, { id: second.id, scope: 'every-project' })).state).toBe('pending');
  });

  it('have a log that is read in the order it was written', async () => {
    const { id, projectId } = await makeOperation(db, { projectId: (await makeProject(db)).id });
    for (const message of ['1', '2', '3', '4', '5'])
      await appendOperationLog(db, { operationId: id, level: 'info', step: 'first', message });
    const lines = await walk((page) => listOperationLog(db, { id, scope: onlyProject(projectId ?? '') }, page));
    expect(lines.map((line) => line.message)).toEqual(['1', '2', '3', '4', '5']);
  });
});

it('keeps history and audit, newest first', async () => {
  const project = await makeProject(db);
  const target = { type: 'instance', id: newId(), name: 'web' };
  for (const type of ['instance.created', 'instance.started', 'instance.stopped']) {
    await appendEvent(db, { projectId: project.id, type, target, message: type, params: { seconds: 3 } });
    const actor = { id: null, name: 'ada', ip: '192.0.2.1', requestId: 'r' };
    await inTx(db, (tx) =>
      appendAudit(tx, { actor, projectId: project.id, action: type, outcome: 'done', detail: { n: 1 } }),
    );
  }
  const events = await walk((page) =>
    listEvents(db, { scope: onlyProject(project.id) }, { targetId: target.id }, page),
  );
  const audit = await walk((page) => listAudit(db, { projectId: project.id }, page));
  expect(audit.map((row) => row.action)).toEqual(['instance.stopped', 'instance.started', 'instance.created']);
  expect(events.map((row) => row.type)).toEqual(audit.map((row) => row.action));
  expect(events[0]).toMatchObject({ severity: 'info', params: { seconds: 3 }, actorName: null });
  expect(audit[0]).toMatchObject({ actorName: 'ada', ip: '192.0.2.1', detail: { n: 1 } });
});

it('keeps settings', async () => {
  expect(await findSetting(db, 'restored')).toBeNull();
  await putSetting(db, 'restored', { at: '2026-01-01T00:00:00Z' });
  await putSetting(db, 'restored', { at: '2026-01-02T00:00:00Z' });
  expect(await findSetting(db, 'restored')).toEqual({ at: '2026-01-02T00:00:00Z' });
  await deleteSetting(db, 'restored');
  expect(await findSetting(db, 'restored')).toBeNull();
});

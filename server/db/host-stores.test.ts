import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHost, makeImage, makeInstance, makeProject, makeVolume } from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createDb, type Db, inTx } from './client.ts';
import { listContainerImages, replaceContainerImages } from './container-image-store.ts';
import {
  addHostBaseImage,
  deleteHostBaseImage,
  listHostsWithBaseImage,
  listUsedBaseImages,
} from './host-base-image-store.ts';
import { listHostProjects, setHostCapacity, setHostEngine } from './host-inventory-store.ts';
import { finishHostKeyScan, getHostKeyScan, insertHostKeyScan } from './host-key-scan-store.ts';
import { deleteHost, findHost, getHost, insertHost, listHosts, updateHost } from './host-store.ts';
import { deleteInstance } from './instance-change-store.ts';
import { deleteUnmanagedExcept, listUnmanaged, upsertUnmanaged } from './unmanaged-store.ts';
import { deleteVolume } from './volume-store.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const told = (topic: string) => db.outbox.count({ where: { topic } });

it('takes no host to reach by SSH without a key that was confirmed', async () => {
  const host = {
    name: 'unpinned',
    connectionType: 'ssh',
    address: 'h',
    port: 22,
    username: 'root',
    credentialType: 'atoll-key',
    storagePool: 'atoll',
  } as const;
  await expect(inTx(db, (tx) => insertHost(tx, host))).rejects.toThrow('host_ssh_is_pinned');
  const pinned = await inTx(db, (tx) => insertHost(tx, { ...host, fingerprint: `SHA256:${'a'.repeat(43)}` }));
  expect(pinned).toMatchObject({
    state: 'enrolling',
    engines: [],
    capacity: { vcpus: { total: 0, allocatable: 0, claimed: 0 } },
  });
  await expect(inTx(db, (tx) => insertHost(tx, { ...host, fingerprint: 'x' }))).rejects.toMatchObject({
    code: 'name_taken',
  });
});

it('shows engines and capacity, and tells only what has changed', async () => {
  const host = await makeHost(db);
  const engine = { type: 'docker', state: 'up', version: '20.10', capabilities: null, message: null } as const;
  expect(await inTx(db, (tx) => setHostEngine(tx, { hostId: host.id }, engine))).toBe(true);
  const before = await told('host');
  expect(await inTx(db, (tx) => setHostEngine(tx, { hostId: host.id }, engine))).toBe(false);
  await inTx(db, (tx) => setHostCapacity(tx, { hostId: host.id }, { vcpus: { total: 10_000 } }));
  expect(await told('host')).toBe(before);
  await inTx(db, (tx) => setHostCapacity(tx, { hostId: host.id }, { vcpus: { total: 8, ratio: 4, reserved: 2 } }));
  await inTx(db, (tx) => setHostCapacity(tx, { hostId: host.id }, { vcpus: { total: 16 } }));
  expect(await getHost(db, host)).toMatchObject({
    engines: [engine],
    capacity: { vcpus: { total: 16, ratio: 4, reserved: 2, allocatable: 62, claimed: 0 } },
  });
  const { items } = await listHosts(db, { search: host.name }, { limit: 5 });
  expect(items).toEqual([await getHost(db, host)]);
});

it('writes what the doctor found', async () => {
  const host = await makeHost(db);
  const check = { id: 'libvirt.kvm', state: 'bad', found: 'it hangs', fix: 'Use emulation.', command: null } as const;
  const system = { hostname: 'h', os: 'Debian 12', kernel: '6.1', arch: 'x86_64', cpuModel: 'X' };
  const after = await inTx(db, (tx) =>
    updateHost(tx, { ...host, expectedVersion: host.version }, { doctor: [check], system }),
  );
  expect(after).toMatchObject({ doctor: [check], system, doctorAt: expect.any(Date), stateSince: host.stateSince });
  await expect(
    inTx(db, (tx) => updateHost(tx, { id: host.id, expectedVersion: host.version }, { name: 'x' })),
  ).rejects.toMatchObject({ code: 'precondition_failed' });
});

it('goes only when nothing of ours is on it, and takes what was seen of it along', async () => {
  const [project, host] = [await makeProject(db), await makeHost(db)];
  const instance = await makeInstance(db, { projectId: project.id, hostId: host.id });
  const volume = await makeVolume(db, { projectId: project.id, hostId: host.id });
  const seen = { id: 'u1', kind: 'vm', name: 'theirs', state: 'running', vcpus: 1, memoryMiB: 1, image: null } as const;
  await inTx(db, (tx) => upsertUnmanaged(tx, { hostId: host.id }, seen));
  const remove = () => inTx(db, (tx) => deleteHost(tx, host));
  await expect(remove()).rejects.toMatchObject({ code: 'in_use' });
  await inTx(db, (tx) => deleteInstance(tx, instance));
  await expect(remove()).rejects.toMatchObject({ code: 'in_use' });
  await inTx(db, (tx) => deleteVolume(tx, volume));
  await remove();
  await remove();
  expect(await findHost(db, host)).toBeNull();
  expect(await db.unmanagedInstance.count({ where: { hostId: host.id } })).toBe(0);
});

it('follows what runs without Atoll', async () => {
  const host = await makeHost(db);
  const ref = { hostId: host.id };
  const seen = (id: string, name: string, kind: 'vm' | 'container' = 'vm') =>
    ({ id, kind, name, state: 'running', vcpus: 1, memoryMiB: 512, image: null }) as const;
  const upsert = (row: ReturnType<typeof seen>) => inTx(db, (tx) => upsertUnmanaged(tx, ref, row));
  for (const row of [seen('1', 'b'), seen('2', 'a'), seen('3', 'c', 'container')]) expect(await upsert(row)).toBe(true);
  const before = await told('unmanaged');
  expect(await upsert(seen('1', 'b'))).toBe(false);
  expect(await told('unmanaged')).toBe(before);
  expect((await getHost(db, host)).unmanaged).toBe(3);
  const first = await listUnmanaged(db, ref, { limit: 2 });
  const second = await listUnmanaged(db, ref, { limit: 2, after: first.next });
  expect([...first.items, ...second.items].map((row) => row.name)).toEqual(['a', 'b', 'c']);
  // libvirt lists VMs alone: the container stays.
  expect(await inTx(db, (tx) => deleteUnmanagedExcept(tx, { ...ref, kind: 'vm' }, ['2']))).toBe(1);
  expect((await listUnmanaged(db, ref, { limit: 9 })).items.map((row) => row.id)).toEqual(['2', '3']);
});

it('keeps the container images and base images of a host', async () => {
  const [project, host] = [await makeProject(db), await makeHost(db)];
  const image = (id: string, sizeBytes: number) => ({
    id,
    refs: [`${id}:1`],
    sizeBytes,
    createdAt: new Date(0),
    inUse: false,
  });
  await inTx(db, (tx) => replaceContainerImages(tx, { hostId: host.id }, [image('a', 5), image('b', 2 ** 40)]));
  await inTx(db, (tx) => replaceContainerImages(tx, { hostId: host.id }, [image('b', 2 ** 40), image('c', 7)]));
  const first = await listContainerImages(db, { hostId: host.id }, { limit: 1 });
  expect(first.items).toEqual([image('b', 2 ** 40)]);
  expect((await listContainerImages(db, { hostId: host.id }, { limit: 1, after: first.next })).items[0]?.id).toBe('c');

  const ready = await makeImage(db);
  const [known, used, unused] = [ready.sha256 ?? '', 'f'.repeat(64), 'e'.repeat(64)];
  await makeVolume(db, { projectId: project.id, hostId: host.id, baseSha256: used, baseFormat: 'qcow2' });
  for (const sha256 of [known, used, unused, unused])
    await inTx(db, (tx) => addHostBaseImage(tx, { hostId: host.id, sha256 }));
  expect(await listHostsWithBaseImage(db, known)).toEqual([host.id]);
  const inDrive = 'd'.repeat(64);
  const spec = { kind: 'vm', image: { sha256: inDrive, format: 'iso' } };
  const vm = await makeInstance(db, { projectId: project.id, hostId: host.id });
  await db.instance.update({ where: { id: vm.id }, data: { spec } });
  const inUse = await listUsedBaseImages(db, { hostId: host.id });
  expect([known, used, unused, inDrive].map((sha256) => inUse.has(sha256))).toEqual([true, true, false, true]);
  expect((await listHostProjects(db, { hostId: host.id })).has(project.id)).toBe(true);
  await inTx(db, (tx) => deleteHostBaseImage(tx, { hostId: host.id, sha256: known }));
  expect(await listHostsWithBaseImage(db, known)).toEqual([]);
});

it('keeps scanned host keys', async () => {
  const scan = await inTx(db, (tx) => insertHostKeyScan(tx, { address: '192.0.2.9', port: 22 }));
  expect(scan).toMatchObject({ state: 'scanning', keys: [] });
  const keys = [{ type: 'ssh-ed25519', fingerprint: 'SHA256:x' }];
  await inTx(db, (tx) => finishHostKeyScan(tx, scan, { keys }));
  expect(await getHostKeyScan(db, scan)).toMatchObject({ state: 'ready', keys, error: null });
  await inTx(db, (tx) => finishHostKeyScan(tx, scan, { error: 'no answer' }));
  expect(await getHostKeyScan(db, scan)).toMatchObject({ state: 'failed', error: 'no answer' });
});

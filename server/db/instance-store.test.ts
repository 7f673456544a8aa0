import { afterAll, beforeAll, expect, it } from 'vitest';
import type { InstanceState } from '#server/contract/instance-state.ts';
import {
  makeFlavor,
  makeHost,
  makeInstance,
  makeOperation,
  makeProject,
  makeUser,
  makeVolume,
} from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import { createDb, type Db, inTx } from './client.ts';
import { updateHost } from './host-store.ts';
import { deleteInstance, insertInstance, observeInstance, updateInstance } from './instance-change-store.ts';
import type { InstanceRow } from './instance-row.ts';
import { countInstancesByState, getInstance, type InstanceSort, listInstances } from './instance-store.ts';
import type { Keyset } from './page.ts';
import { onlyProject } from './scope.ts';

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

const changesOf = (id: string) =>
  db.outbox.findMany({ where: { entityId: id }, select: { topic: true, version: true }, orderBy: { id: 'asc' } });

it('shows an instance with everything beside it', async () => {
  const [project, host, flavor, user] = [
    await makeProject(db),
    await makeHost(db),
    await makeFlavor(db),
    await makeUser(db),
  ];
  const { id } = await makeInstance(db, {
    projectId: project.id,
    hostId: host.id,
    flavorId: flavor.id,
    createdById: user.id,
    spec: { command: ['sh', '-c', 'true'] },
    ports: [{ containerPort: 80, hostPort: null, protocol: 'tcp' }],
    addresses: [{ address: '192.0.2.7', family: 'ipv4', source: 'lease', network: 'default' }],
    envNames: ['TOKEN'],
  });
  const volume = await makeVolume(db, { projectId: project.id, hostId: host.id, instanceId: id, target: '/data' });
  const operation = await makeOperation(db, { projectId: project.id, target: { type: 'instance', id, name: 'x' } });
  expect(await getInstance(db, { projectId: project.id, id })).toMatchObject({
    state: 'running',
    host: { id: host.id, name: host.name },
    flavor: { id: flavor.id, name: flavor.name },
    createdBy: { id: user.id, name: user.name },
    volumes: [{ id: volume.id, name: volume.name, target: '/data', sizeGiB: 1 }],
    task: { operationId: operation.id, kind: 'instance.start', step: null, percent: 0 },
    spec: { command: ['sh', '-c', 'true'] },
    ports: [{ containerPort: 80, hostPort: null, protocol: 'tcp' }],
    addresses: [{ address: '192.0.2.7' }],
    envNames: ['TOKEN'],
    createdAt: expect.any(Date),
  });
});

it('derives the public state, and counts and filters by it', async () => {
  const project = await makeProject(db);
  const [host, silent, strange] = [await makeHost(db), await makeHost(db), await makeHost(db)];
  const place = { projectId: project.id, hostId: host.id };
  const expected: [InstanceState, Promise<InstanceRow>][] = [
    ['creating', makeInstance(db, { ...place, lifecycle: 'creating', observedState: null })],
    ['failed', makeInstance(db, { ...place, lifecycle: 'failed', observedState: null })],
    ['deleting', makeInstance(db, { ...place, lifecycle: 'deleting', observedState: 'running' })],
    ['running', makeInstance(db, { ...place, observedState: 'running' })],
    ['paused', makeInstance(db, { ...place, observedState: 'paused' })],
    ['crashed', makeInstance(db, { ...place, observedState: 'crashed' })],
    ['missing', makeInstance(db, { ...place, observedState: 'missing' })],
    ['stopped', makeInstance(db, { ...place, observedState: 'stopped' })],
    ['unreachable', makeInstance(db, { ...place, hostId: silent.id, observedState: 'running' })],
    ['unreachable', makeInstance(db, { ...place, hostId: strange.id, observedState: 'stopped' })],
  ];
  await inTx(db, (tx) => updateHost(tx, silent, { state: 'unreachable' }));
  await inTx(db, (tx) => updateHost(tx, strange, { state: 'quarantined' }));
  for (const [state, made] of expected) {
    const { id } = await made;
    expect((await getInstance(db, { projectId: project.id, id })).state).toBe(state);
  }
  const counts = await countInstancesByState(db, { projectId: project.id });
  expect(counts).toEqual({
    creating: 1,
    failed: 1,
    deleting: 1,
    running: 1,
    paused: 1,
    crashed: 1,
    missing: 1,
    stopped: 1,
    unreachable: 2,
  });
  const unreachable = await listInstances(db, onlyProject(project.id), { state: 'unreachable' }, { limit: 10 });
  expect(unreachable.items).toHaveLength(2);
});

it.each<InstanceSort>(['name', '-name', 'createdAt', '-createdAt'])(
  'walks pages by %s without gap or repeat',
  async (sort) => {
    const project = await makeProject(db, { quota: { instances: 50 } });
    const host = await makeHost(db);
    const made: InstanceRow[] = [];
    for (const name of ['b', 'a', 'b-2', 'c', 'e', 'd', 'f'])
      made.push(await makeInstance(db, { projectId: project.id, hostId: host.id, name }));
    // Several of one instant: the id decides.
    await db.instance.updateMany({
      where: { projectId: project.id, name: { in: ['a', 'b', 'c'] } },
      data: { createdAt: new Date(0) },
    });
    const seen: InstanceRow[] = [];
    let after: Keyset | null = null;
    do {
      const page = await listInstances(db, onlyProject(project.id), {}, { limit: 2, after, sort });
      seen.push(...page.items);
      after = page.next;
      // What arrives and goes in between changes nothing for the others.
      if (seen.length === 2) await makeInstance(db, { projectId: project.id, hostId: host.id, name: 'late' });
    } while (after);
    const known = seen.filter((row) => row.name !== 'late');
    expect(new Set(seen.map((row) => row.id)).size).toBe(seen.length);
    expect(known.map((row) => row.id).toSorted()).toEqual(made.map((row) => row.id).toSorted());
    const keyOf = (row: InstanceRow) => (sort.endsWith('name') ? row.name : row.createdAt.toISOString());
    const way = sort.startsWith('-') ? -1 : 1;
    const compare = (a: string, b: string) => way * Number(a > b) - way * Number(a < b);
    const sorted = seen.toSorted((a, b) => compare(keyOf(a), keyOf(b)) || compare(a.id, b.id));
    expect(seen.map((row) => row.id)).toEqual(sorted.map((row) => row.id));
  },
);

it('takes the text of a search literally', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  for (const name of ['web-1', 'web-2', 'db']) await makeInstance(db, { projectId: project.id, hostId: host.id, name });
  const names = async (search: string) =>
    (await listInstances(db, onlyProject(project.id), { search }, { limit: 10 })).items.map((row) => row.name);
  expect(await names('EB-')).toEqual(['web-1', 'web-2']);
  for (const pattern of ['%', '_', '\\', "' OR 1=1 --"]) expect(await names(pattern)).toEqual([]);
});

it('lists 1,000 instances in one statement', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  await db.$executeRaw`
    INSERT INTO instance (id, project_id, kind, name, lifecycle, desired_state, observed_state, host_id, vcpus, memory_mib,
      disk_gib, hostname, network, env_names)
    SELECT gen_random_uuid(), ${project.id}::uuid, 'vm', 'vm-' || n, 'ready', 'running', 'running', ${host.id}::uuid, 1,
      512, 5, 'vm-' || n, 'default', '{}' FROM generate_series(1, 1000) n`;
  const statements: string[] = [];
  const counting = new Proxy(db, {
    get: (target, key) => {
      if (key === '$queryRaw') statements.push(String(key));
      return Reflect.get(target, key);
    },
  });
  const page = await listInstances(counting, onlyProject(project.id), {}, { limit: 1_000 });
  expect(page).toMatchObject({ next: null });
  expect(page.items).toHaveLength(1_000);
  expect(statements).toHaveLength(1);
});

it('bumps the version and tells it with every change, and says what was changed behind the reader', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  const ref = await makeInstance(db, { projectId: project.id, hostId: host.id });
  const renamed = await inTx(db, (tx) => updateInstance(tx, { ...ref, expectedVersion: ref.version }, { name: 'new' }));
  expect(renamed).toMatchObject({ name: 'new', version: ref.version + 1, stateSince: ref.stateSince });
  await expect(
    inTx(db, (tx) => updateInstance(tx, { ...ref, expectedVersion: ref.version }, { name: 'newer' })),
  ).rejects.toMatchObject({ code: 'precondition_failed' });
  await inTx(db, (tx) => deleteInstance(tx, ref));
  await inTx(db, (tx) => deleteInstance(tx, ref));
  // A transaction tells an entity once, as it is in the end.
  expect((await changesOf(ref.id)).map((change) => change.version)).toEqual([2, 3, 4]);
});

it('writes an observation only where something has changed', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  const ref = await makeInstance(db, { projectId: project.id, hostId: host.id, observedState: 'running' });
  const seen = { observedState: 'running', observedReason: null, addresses: [], ports: [] } as const;
  const observe = (change: object) =>
    inTx(db, (tx) => observeInstance(tx, ref, { ...seen, addresses: [], ports: [], ...change }));
  expect(await observe({})).toBe(false);
  expect(await observe({ observedState: 'stopped', observedReason: 'shutdown' })).toBe(true);
  expect(await observe({ observedState: 'stopped', observedReason: 'shutdown' })).toBe(false);
  const after = await getInstance(db, ref);
  expect(after).toMatchObject({ state: 'stopped', observedReason: 'shutdown', version: ref.version + 1 });
  expect(after.stateSince.getTime()).toBeGreaterThan(ref.stateSince.getTime());
  expect(after.observedAt).toBeInstanceOf(Date);
});

it('refuses a name that the project has, and a second operation on one instance', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  const first = await makeInstance(db, { projectId: project.id, hostId: host.id, name: 'same' });
  const again = makeInstance(db, { projectId: project.id, hostId: host.id, name: 'same' });
  await expect(again).rejects.toMatchObject({ code: 'name_taken', options: { fields: [{ pointer: '/name' }] } });
  const { id: other } = await makeInstance(db, { projectId: project.id, hostId: host.id });
  await expect(
    inTx(db, (tx) => updateInstance(tx, { projectId: project.id, id: other }, { name: 'same' })),
  ).rejects.toMatchObject({ code: 'name_taken' });
  const target = { type: 'instance', id: first.id, name: 'same' };
  const started = await Promise.allSettled([1, 2, 3].map(() => makeOperation(db, { projectId: project.id, target })));
  expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of started)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'state_conflict' });
});

it('is refused by the database where sizes make no sense', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  for (const size of [{ vcpus: 0 }, { vcpus: -1 }, { memoryMiB: 0 }, { diskGiB: -1 }])
    await expect(
      inTx(db, (tx) =>
        insertInstance(tx, {
          projectId: project.id,
          hostId: host.id,
          kind: 'vm',
          name: 'x',
          desiredState: 'running',
          vcpus: 1,
          memoryMiB: 1,
          diskGiB: 1,
          hostname: 'x',
          network: 'none',
          ...size,
        }),
      ),
    ).rejects.toThrow('instance_sizes_positive');
});

it('tells the instances of a host whose state changes', async () => {
  const project = await makeProject(db);
  const host = await makeHost(db);
  const { id, version } = await makeInstance(db, { projectId: project.id, hostId: host.id });
  await inTx(db, (tx) => updateHost(tx, host, { state: 'unreachable', stateReason: 'no answer' }));
  expect((await changesOf(id)).at(-1)).toEqual({ topic: 'instance', version: version + 1 });
});

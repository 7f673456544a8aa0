import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#server/platform/id.ts';
import {
  makeHost,
  makeImage,
  makeInstance,
  makeOperation,
  makeProject,
  makeVolume,
} from '#server/testing/factories.ts';
import { createTestDatabase, type TestDatabase } from '#server/testing/test-database.ts';
import * as claimChanges from './claim-change-store.ts';
import * as claims from './claim-store.ts';
import { type AtollTx, createDb, type Db, inTx } from './client.ts';
import * as events from './event-store.ts';
import * as images from './image-store.ts';
import * as instanceChanges from './instance-change-store.ts';
import * as instances from './instance-store.ts';
import * as operationLog from './operation-log-store.ts';
import * as operations from './operation-store.ts';
import * as poolQuotas from './pool-quota-store.ts';
import * as projects from './project-store.ts';
import { onlyProject } from './scope.ts';
import * as volumes from './volume-store.ts';

/** Every store of rows that a project owns. */
const stores = {
  ...instances,
  ...instanceChanges,
  ...volumes,
  ...images,
  ...operations,
  ...operationLog,
  ...events,
  ...claims,
  ...claimChanges,
  ...poolQuotas,
  ...projects,
};

/** Files whose functions are walked below. */
const walked =
  'instance instance-change volume image operation operation-log event claim claim-change pool-quota project'.split(
    ' ',
  );

/** Stores of which no row belongs to a project alone, and why none of them is walked. A new file must be put here or above. */
const otherStores: Record<string, string> = {
  audit: 'of the whole cloud, for holders of audit:read',
  'audit-chain': 'of the cloud, for `atoll audit verify`',
  'changed-entity': 'for the event stream alone, which filters by what each change says of its project',
  'claim-transfer': 'between two projects that were both asked for',
  'console-instance':
    'of the instances that consoles are open on, for the worker that looks whether they may stay open',
  'console-session': 'listed by project and instance; written and ended by the worker that carries the console',
  'console-share': 'listed and revoked by project and instance; looked at again by id by the worker',
  'console-ticket': 'found by the hash of its secret alone, once',
  'console-worker': 'of the cloud',
  'container-image': 'of a host',
  flavor: 'of the cloud',
  host: 'of the cloud',
  'host-base-image': 'of a host',
  'host-inventory': 'of a host',
  'host-key-scan': 'of the cloud',
  'host-load': 'of a host',
  'host-pool': 'of the cloud',
  idempotency: 'by its own scope',
  'identity-provider': 'of the cloud',
  invitation: 'by project, or by the hash of the link',
  membership: 'by user or project',
  'movable-instance': 'of the whole cloud, for advice to admins',
  notification: 'of a person',
  'operation-journal': 'of the engine, under the fence of an operation',
  'operation-lease': 'of the engine, which works for every project',
  outbox: 'of the cloud; the event stream filters',
  passkey: 'of a user',
  'pending-sign-in': 'of nobody yet',
  'placement-failure': 'of hosts',
  'placement-group': 'by project in every statement; the access matrix asks for those of others',
  'pool-capacity': 'of hosts and pools',
  price: 'of the cloud',
  'project-contents': 'of the project that is named',
  'project-delete': 'of the project that is named',
  'project-transfer': 'between two projects that were both asked for',
  'queue-order': 'of the whole cloud, for the worker',
  'quota-grant': 'of a request that was asked for by its id',
  'quota-request': 'of a project that is named, or of the cloud for holders of quota:manage',
  'rate-bucket': 'of nobody',
  role: 'of the cloud',
  'sealed-secret': 'of an owner who was asked for with their project',
  session: 'of a user',
  setting: 'of the cloud',
  'setup-link': 'of a user',
  'ssh-key': 'of a user',
  token: 'of a user',
  totp: 'of a user',
  unmanaged: 'of a host',
  upload: 'of an image that was asked for with its project',
  usage: 'by its own scope',
  user: 'of the cloud',
};

const page = { limit: 50 };
const notFound = { code: 'not_found' };
const emptyPage = { items: [], next: null };

interface World {
  /** Project that owns the rows below. */
  owner: string;
  /** A stranger's project: everything is asked for in its name. */
  stranger: string;
  hostId: string;
  instance: { id: string; name: string };
  volume: { id: string; name: string };
  image: string;
  operation: { id: string; targetId: string };
}

type Attempt = (tx: AtollTx, world: World) => Promise<unknown>;

/** What a stranger gets: an error, or an answer that says that there is nothing. */
const attempts: Record<string, { call: Attempt; throws?: object; answers?: unknown }> = {
  getInstance: { call: (tx, w) => instances.getInstance(tx, ref(w, w.instance.id)), throws: notFound },
  findInstance: { call: (tx, w) => instances.findInstance(tx, ref(w, w.instance.id)), answers: null },
  findInstanceByName: {
    call: (tx, w) => instances.findInstanceByName(tx, { projectId: w.stranger, name: w.instance.name }),
    answers: null,
  },
  listInstances: {
    call: (tx, w) => instances.listInstances(tx, onlyProject(w.stranger), {}, page),
    answers: emptyPage,
  },
  countInstancesByState: {
    call: (tx, w) => instances.countInstancesByState(tx, { projectId: w.stranger }),
    answers: {},
  },
  updateInstance: {
    call: (tx, w) => instanceChanges.updateInstance(tx, ref(w, w.instance.id), { name: 'mine' }),
    throws: notFound,
  },
  observeInstance: {
    call: (tx, w) =>
      instanceChanges.observeInstance(tx, ref(w, w.instance.id), {
        observedState: 'crashed',
        observedReason: null,
        addresses: [],
        ports: [],
      }),
    answers: false,
  },
  deleteInstance: { call: (tx, w) => instanceChanges.deleteInstance(tx, ref(w, w.instance.id)), answers: undefined },
  getVolume: { call: (tx, w) => volumes.getVolume(tx, ref(w, w.volume.id)), throws: notFound },
  findVolumeByName: {
    call: (tx, w) => volumes.findVolumeByName(tx, { projectId: w.stranger, name: w.volume.name }),
    answers: null,
  },
  listVolumes: { call: (tx, w) => volumes.listVolumes(tx, onlyProject(w.stranger), page), answers: emptyPage },
  listInstanceVolumes: {
    call: (tx, w) => volumes.listInstanceVolumes(tx, { projectId: w.stranger, instanceId: w.instance.id }),
    answers: [],
  },
  updateVolume: {
    call: (tx, w) => volumes.updateVolume(tx, ref(w, w.volume.id), { state: 'failed' }),
    throws: notFound,
  },
  attachVolume: {
    call: (tx, w) => volumes.attachVolume(tx, ref(w, w.volume.id), { instanceId: newId() }),
    throws: notFound,
  },
  deleteVolume: { call: (tx, w) => volumes.deleteVolume(tx, ref(w, w.volume.id)), answers: undefined },
  getImage: {
    call: (tx, w) => images.getImage(tx, { id: w.image, scope: onlyProject(w.stranger), includePublic: true }),
    throws: notFound,
  },
  listImages: {
    call: (tx, w) => images.listImages(tx, { scope: onlyProject(w.stranger), includePublic: true }, {}, page),
    answers: emptyPage,
  },
  updateImage: { call: (tx, w) => images.updateImage(tx, ref(w, w.image), { name: 'mine' }), throws: notFound },
  deleteImage: { call: (tx, w) => images.deleteImage(tx, ref(w, w.image)), answers: undefined },
  findMarkedInstance: {
    call: (tx, w) => instances.findMarkedInstance(tx, ref(w, w.instance.id)),
    answers: null,
  },
  getOperation: {
    call: (tx, w) => operations.getOperation(tx, { id: w.operation.id, ...view(w) }),
    throws: notFound,
  },
  findLiveOperation: {
    call: (tx, w) => operations.findLiveOperation(tx, { projectId: w.stranger, targetId: w.operation.targetId }),
    answers: null,
  },
  listOperations: { call: (tx, w) => operations.listOperations(tx, view(w), {}, page), answers: emptyPage },
  listOperationLog: {
    call: (tx, w) => operationLog.listOperationLog(tx, { id: w.operation.id, ...view(w) }, page),
    answers: emptyPage,
  },
  listEvents: {
    call: (tx, w) => events.listEvents(tx, view(w), { targetId: w.instance.id }, page),
    answers: emptyPage,
  },
  listClaims: {
    call: (tx, w) => claims.listClaims(tx, { projectId: w.stranger, ownerId: w.instance.id }),
    answers: [],
  },
  releaseClaims: {
    call: (tx, w) => claimChanges.releaseClaims(tx, { projectId: w.stranger, ownerId: w.instance.id }),
    answers: 0,
  },
  commitClaims: {
    call: (tx, w) => claimChanges.commitClaims(tx, { projectId: w.stranger, ownerId: w.instance.id }),
    answers: 0,
  },
  moveClaims: {
    call: (tx, w) => claimChanges.moveClaims(tx, { projectId: w.stranger, ownerId: w.instance.id, toOwnerId: newId() }),
    answers: 0,
  },
  findProject: { call: (tx, w) => projects.findProject(tx, w.owner, onlyProject(w.stranger)), answers: null },
  listProjects: {
    call: async (tx, w) => (await projects.listProjects(tx, onlyProject(w.stranger), {}, page)).items.map((p) => p.id),
    answers: expect.not.arrayContaining(['owner']),
  },
};

/** What needs no such test, and why. A new function must be put here or above. */
const exempt: Record<string, string> = {
  insertInstance: 'makes a row in the project that is named',
  insertVolume: 'makes a row in the project that is named',
  insertImage: 'makes a row in the project that is named',
  countUnfinishedImages: 'its project is the scope',
  insertOperation: 'makes a row in the project that is named',
  insertProject: 'makes a project',
  appendEvent: 'makes a row in the project that is named',
  appendOperationLog: 'by the engine alone, which holds the operation',
  claimQuota: 'takes from the project that is named',
  claimQuotas: 'takes from the project that is named',
  claimPoolQuota: 'takes from the project that is named',
  mustClaimPoolQuota: 'takes from the project that is named',
  poolQuotaExceeded: 'an error, not a row',
  findPoolOfHost: 'of a host',
  movePoolClaims: 'of one host, for who moves it between pools',
  setPoolQuota: 'its project is the scope',
  listPoolQuotas: 'its project is the scope',
  claimHost: 'takes from a host, for the project that is named',
  tryClaimHost: 'takes from a host, for the project that is named',
  getProject: 'its id is the scope',
  setQuotaLimits: 'its id is the scope',
  lockProject: 'its id is the scope',
  updateProject: 'its id is the scope',
  touchProject: 'its id is the scope',
  isOperationDone: 'a yes or no to who was let in to see it',
  listHostInstances: 'of one host, for its reconciler',
  listHostVolumes: 'of one host, for its reconciler',
  listImagesInState: 'of the whole cloud, for the clean-up of the worker',
  isImageFileShared: 'answers a yes or no to the worker',
  deleteOldEvents: 'of the whole cloud, for the retention of the worker',
  wasToldOfOperation: 'answers a yes or no to the worker',
  listOpenInputs: 'of the whole cloud, for the clean-up of the worker',
  withSteps: 'adds to rows that were asked for with their project',
};

const ref = (world: World, id: string) => ({ projectId: world.stranger, id });
const view = (world: World) => ({ scope: onlyProject(world.stranger), includeSystem: true });

let database: TestDatabase;
let db: Db;
let world: World;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url, { max: 4 });
  const [owner, stranger, host] = [await makeProject(db), await makeProject(db), await makeHost(db)];
  const place = { projectId: owner.id, hostId: host.id };
  const instance = await makeInstance(db, place);
  world = {
    owner: owner.id,
    stranger: stranger.id,
    hostId: host.id,
    instance,
    volume: await makeVolume(db, place),
    image: (await makeImage(db, { projectId: owner.id })).id,
    operation: await makeOperation(db, { projectId: owner.id }),
  };
  await operationLog.appendOperationLog(db, {
    operationId: world.operation.id,
    level: 'info',
    step: null,
    message: 'x',
  });
  const target = { type: 'instance', id: instance.id, name: instance.name };
  await events.appendEvent(db, { projectId: owner.id, type: 'instance.started', target, message: 'x' });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

describe('a row of another project', () => {
  it.each(Object.entries(attempts))('does not exist for %s', async (_, { call, throws, answers }) => {
    const before = await contents();
    const result = inTx(db, (tx) => call(tx, world));
    if (throws) await expect(result).rejects.toMatchObject(throws);
    else expect(await result).toEqual(answers);
    expect(await contents()).toEqual(before);
  });

  it('is found by its own project, so that the tests above could fail', async () => {
    const own = { ...world, stranger: world.owner };
    const found = [
      'getInstance',
      'getVolume',
      'getImage',
      'getOperation',
      'listEvents',
      'listOperationLog',
      'listClaims',
    ];
    for (const name of found) {
      const answer = await inTx(db, async (tx) => attempts[name]?.call(tx, own));
      expect(JSON.stringify(answer).length, name).toBeGreaterThan(50);
    }
  });

  it('is asked for by every function of the stores, or there is a reason', async () => {
    const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('-store.ts'));
    const names = files.map((name) => name.replace('-store.ts', ''));
    expect([...walked, ...Object.keys(otherStores)].toSorted()).toEqual(names.toSorted());
    const functions = Object.entries(stores).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect([...Object.keys(attempts), ...Object.keys(exempt)].toSorted()).toEqual(functions.toSorted());
  });
});

it('finds rows of no project only where they are asked for', async () => {
  const system = await makeOperation(db, { projectId: null, kind: 'host.inspect' });
  const scope = onlyProject(world.stranger);
  await expect(operations.getOperation(db, { id: system.id, scope })).rejects.toMatchObject(notFound);
  expect(await operations.getOperation(db, { id: system.id, scope, includeSystem: true })).toMatchObject(system);
  await expect(operations.getOperation(db, { id: system.id, scope: 'every-project' })).rejects.toMatchObject(notFound);
  const open = await makeImage(db);
  await expect(images.getImage(db, { id: open.id, scope })).rejects.toMatchObject(notFound);
  expect((await images.getImage(db, { id: open.id, scope, includePublic: true })).projectId).toBeNull();
  await expect(
    inTx(db, (tx) => images.updateImage(tx, { projectId: world.stranger, id: open.id }, { name: 'mine' })),
  ).rejects.toMatchObject(notFound);
});

/** Everything that a stranger might have changed. */
const contents = () =>
  db.$queryRaw`
    SELECT (SELECT jsonb_agg(i ORDER BY id) FROM instance i) AS instances,
      (SELECT jsonb_agg(v ORDER BY id) FROM volume v) AS volumes,
      (SELECT jsonb_agg(i ORDER BY id) FROM image i) AS images,
      (SELECT jsonb_agg(r ORDER BY id) FROM reservation r) AS reservations,
      (SELECT jsonb_agg(q ORDER BY project_id, resource) FROM quota q) AS quotas`;

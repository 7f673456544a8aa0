import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '#server/contract/api.ts';
import { inTx } from '#server/db/client.ts';
import { insertHostKeyScan } from '#server/db/host-key-scan-store.ts';
import { insertSshKey } from '#server/db/ssh-key-store.ts';
import { type AccessWorld, buildAccessWorld, type Caller, callers, freshName } from '#server/testing/access-world.ts';
import { makeFlavor, makeHost, makeImage, makeInstance, makeOperation, makeVolume } from '#server/testing/factories.ts';

/*
 * Every procedure of the registry × everybody who may come along (security.md 28, 38). The table says what each of them must get;
 * a procedure without a row fails. `passes` means that access was granted: whatever else may be wrong with the request is the
 * business of other tests.
 */

type Outcome = 'passes' | 401 | 403 | 404;
type Expected = Record<Caller, Outcome>;

const nobody = { anonymous: 401, revokedToken: 401, expiredToken: 401 } as const;
const strangers = { stranger: 404, otherOwner: 404, tokenOfOtherProject: 404 } as const;
const everybodySignedIn = {
  stranger: 'passes',
  otherOwner: 'passes',
  viewer: 'passes',
  member: 'passes',
  owner: 'passes',
  admin: 'passes',
  auditor: 'passes',
} as const;

/** Anyone who has no bad token. */
const open: Expected = {
  ...everybodySignedIn,
  ...nobody,
  anonymous: 'passes',
  tokenWithoutScope: 'passes',
  tokenOfOtherProject: 'passes',
};
const own: Expected = { ...everybodySignedIn, ...nobody, tokenWithoutScope: 403, tokenOfOtherProject: 'passes' };
/** Credentials mint no credentials. */
const ownCredentials: Expected = { ...everybodySignedIn, ...nobody, tokenWithoutScope: 403, tokenOfOtherProject: 403 };
const readInProject: Expected = { ...everybodySignedIn, ...nobody, ...strangers, tokenWithoutScope: 403 };
const writeInProject: Expected = { ...readInProject, viewer: 403, auditor: 403 };
/** Lists answer with what one may see, and so nobody but a token without the scope is refused. */
const listVisible: Expected = own;
/** An object named by its id alone: tokens that may not read it do not know it. */
const readVisible: Expected = { ...readInProject };
const writeVisible: Expected = { ...writeInProject };
const beyondProjects = {
  stranger: 403,
  otherOwner: 403,
  viewer: 403,
  member: 403,
  owner: 403,
  tokenWithoutScope: 403,
  tokenOfOtherProject: 403,
} as const;
const readSystem: Expected = { ...nobody, ...beyondProjects, admin: 'passes', auditor: 'passes' };
const writeSystem: Expected = { ...readSystem, auditor: 403 };

interface Row {
  expected: Expected;
  /** Made afresh for every call, so that no call finds what another one left. */
  input(world: AccessWorld, caller: Caller): object | Promise<object>;
}

const row = (expected: Expected, input: Row['input'] = () => ({})): Row => ({ expected, input });

const inA = async (world: AccessWorld, fields: object = {}) => {
  const { projectA, hostId, web } = world;
  const { id } = await makeInstance(web.owner, { projectId: projectA, hostId });
  return { project: projectA, instance: id, ...fields };
};
const ownedBy = (world: AccessWorld, caller: Caller): string =>
  world.users[caller as keyof AccessWorld['users']] ?? world.users.owner;
const quarantined = async ({ web }: AccessWorld) => ({
  host: (await makeHost(web.owner, { state: 'quarantined' })).id,
});
const freshHost = async ({ web }: AccessWorld, fields: object = {}) => ({
  host: (await makeHost(web.owner)).id,
  ...fields,
});
const size = { vcpus: 1, memoryMiB: 64, diskGiB: 1 };
const fingerprint = `SHA256:${'A'.repeat(43)}`;
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const operationOf = async ({ web, projectA }: AccessWorld, kind: 'pending' | 'failed') => {
  const { id } = await makeOperation(web.owner, {
    projectId: projectA,
    target: { type: 'x', id: crypto.randomUUID(), name: 'x' },
  });
  if (kind === 'failed')
    await web.owner.operation.update({ where: { id }, data: { state: 'failed', endedAt: new Date() } });
  return { operation: id };
};
const flavor = async ({ web }: AccessWorld) => (await makeFlavor(web.owner)).id;

const table: Record<string, Row> = {
  'auth.setupInfo': row(open, () => ({ token: 'none' })),
  'auth.completeSetup': row(open, () => ({ token: 'none', password: 'long enough password' })),
  'auth.signIn': row(
    {
      ...open,
      anonymous: 401,
      stranger: 401,
      otherOwner: 401,
      viewer: 401,
      member: 401,
      owner: 401,
      admin: 401,
      auditor: 401,
      tokenWithoutScope: 401,
      tokenOfOtherProject: 401,
    },
    () => ({ email: `${freshName()}@example.org`, password: 'x' }),
  ),
  'auth.signOut': row(own, () => ({})),
  'auth.signOutEverywhere': row(ownCredentials),
  'auth.me': row(own),
  'auth.sessions': row(ownCredentials),
  'auth.changePassword': row(ownCredentials, () => ({ current: 'x', password: 'long enough password' })),
  'event.list': row(listVisible),
  'flavor.list': row(own),
  'flavor.get': row(own, async (world) => ({ flavor: await flavor(world) })),
  'flavor.create': row(writeSystem, () => ({ name: freshName(), ...size })),
  'flavor.update': row(writeSystem, async (world) => ({ flavor: await flavor(world), name: freshName(), ...size })),
  'flavor.delete': row(writeSystem, async (world) => ({ flavor: await flavor(world) })),
  'host.list': row(readSystem),
  'host.get': row(readSystem, (world) => freshHost(world)),
  'host.create': row(writeSystem, () => ({ name: freshName(), connection: { type: 'local' } })),
  'host.inspect': row(writeSystem, (world) => freshHost(world)),
  'host.confirmKey': row(writeSystem, async (world) => ({ ...(await quarantined(world)), fingerprint })),
  'host.update': row(writeSystem, (world) => freshHost(world, { name: freshName() })),
  'host.remove': row(writeSystem, (world) => freshHost(world)),
  'host.unmanaged': row(readSystem, (world) => freshHost(world)),
  'host.images': row(readSystem, (world) => freshHost(world)),
  'host.pullImage': row(writeSystem, (world) => freshHost(world, { image: 'nginx:1' })),
  'host.removeImage': row(writeSystem, (world) => freshHost(world, { image: `sha256:${'a'.repeat(64)}` })),
  'hostKey.list': row(readSystem),
  'hostKey.get': row(readSystem, async ({ web }) => ({
    hostKey: (await inTx(web.owner, (tx) => insertHostKeyScan(tx, { address: '192.0.2.1', port: 22 }))).id,
  })),
  'hostKey.scan': row(writeSystem, () => ({ address: '-o', port: 22 })),
  'hostKey.identity': row(readSystem),
  'image.list': row(listVisible),
  'image.get': row(readVisible, async ({ web, projectA }) => ({
    image: (await makeImage(web.owner, { projectId: projectA })).id,
  })),
  'image.create': row(writeInProject, ({ projectA }) => ({
    name: 'x',
    project: projectA,
    source: { type: 'upload', sizeBytes: 512 },
  })),
  'image.delete': row(writeVisible, async ({ web, projectA }) => ({
    image: (await makeImage(web.owner, { projectId: projectA })).id,
  })),
  'image.catalog': row(own),
  'instance.list': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'instance.get': row(readInProject, (world) => inA(world)),
  'instance.create': row(writeInProject, ({ projectA }) => ({
    project: projectA,
    kind: 'container',
    name: freshName(),
    image: 'nginx:1',
  })),
  'instance.check': row(readInProject, ({ projectA }) => ({ project: projectA, kind: 'vm', ...size })),
  'instance.start': row(writeInProject, (world) => inA(world)),
  'instance.stop': row(writeInProject, (world) => inA(world)),
  'instance.reboot': row(writeInProject, (world) => inA(world)),
  'instance.reset': row(writeInProject, (world) => inA(world)),
  'instance.pause': row(writeInProject, (world) => inA(world)),
  'instance.resume': row(writeInProject, (world) => inA(world)),
  'instance.rename': row(writeInProject, (world) => inA(world, { name: freshName() })),
  'instance.delete': row(writeInProject, (world) => inA(world)),
  'operation.list': row(listVisible),
  'operation.get': row(readVisible, (world) => operationOf(world, 'pending')),
  'operation.log': row(readVisible, (world) => operationOf(world, 'pending')),
  'operation.cancel': row(writeVisible, (world) => operationOf(world, 'pending')),
  'operation.retry': row(writeVisible, (world) => operationOf(world, 'failed')),
  'project.list': row(listVisible),
  'project.get': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'project.create': row(writeSystem, () => ({ name: freshName() })),
  'project.setQuota': row(writeSystem, ({ projectB }) => ({ project: projectB, quota: { instances: 50 } })),
  'sshKey.list': row(own),
  'sshKey.create': row(own, () => ({ name: 'x', publicKey })),
  'sshKey.delete': row(own, async (world, caller) => {
    const key = { userId: ownedBy(world, caller), name: 'x', publicKey, fingerprint: freshName() };
    return { sshKey: (await inTx(world.web.owner, (tx) => insertSshKey(tx, key))).id };
  }),
  'token.list': row(own),
  'token.create': row(ownCredentials, () => ({ name: 'x', scopes: ['self:read'] })),
  'token.revoke': row(own, async (world, caller) => {
    const userId = ownedBy(world, caller);
    await world.web.tokenOf(userId, []);
    return {
      token: (await world.web.owner.apiToken.findFirstOrThrow({ where: { userId }, orderBy: { id: 'desc' } })).id,
    };
  }),
  'user.list': row(writeSystem),
  'user.create': row(writeSystem, () => ({ email: `${freshName()}@example.org`, name: 'x' })),
  'volume.list': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'volume.get': row(readInProject, async ({ web, projectA, hostId }) => ({
    project: projectA,
    volume: (await makeVolume(web.owner, { projectId: projectA, hostId })).id,
  })),
  'volume.delete': row(writeInProject, async ({ web, projectA, hostId }) => ({
    project: projectA,
    volume: (await makeVolume(web.owner, { projectId: projectA, hostId })).id,
  })),
};

const procedures = Object.entries(api).flatMap(([resource, verbs]) =>
  Object.entries(verbs).map(([verb, endpoint]) => ({ name: `${resource}.${verb}`, type: endpoint.type })),
);

let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

it('has a row for every procedure of the registry, and none for others', () => {
  expect(Object.keys(table).sort()).toEqual(procedures.map(({ name }) => name).sort());
});

describe.each(procedures)('$name', ({ name, type }) => {
  it('is answered to each caller as the table says', async () => {
    const { expected, input } = table[name] ?? row(open);
    const actual: Partial<Record<Caller, Outcome>> = {};
    for (const caller of callers) {
      const credentials = { ...world.credentials[caller] };
      // Signing out ends the session: every caller signs out of one of their own.
      if (name.startsWith('auth.sign') && credentials.cookie)
        credentials.cookie = await world.web.sessionOf(ownedBy(world, caller));
      const answer = await world.web.trpc(name, type, await input(world, caller), credentials);
      const refused = [401, 403, 404].includes(answer.status);
      expect(answer.status, `${name} as ${caller}: ${JSON.stringify(answer.body.error?.data.problem)}`).toBeLessThan(
        500,
      );
      actual[caller] = refused ? (answer.status as Outcome) : 'passes';
      if (name === 'auth.signOutEverywhere')
        for (const each of callers)
          if (world.credentials[each].cookie)
            world.credentials[each].cookie = await world.web.sessionOf(ownedBy(world, each));
    }
    expect(actual).toEqual(expected);
  });
});

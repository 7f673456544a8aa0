import { defaultPoolId } from '#server/contract/host-pool.ts';
import { inTx } from '#server/db/client.ts';
import { insertConsoleShare } from '#server/db/console-share-store.ts';
import { insertHostKeyScan } from '#server/db/host-key-scan-store.ts';
import { insertInvitation } from '#server/db/invitation-store.ts';
import { setMembership } from '#server/db/membership-store.ts';
import { insertQuotaRequest } from '#server/db/quota-request-store.ts';
import { insertRole } from '#server/db/role-store.ts';
import { insertSshKey } from '#server/db/ssh-key-store.ts';
import { newToken } from '#server/platform/hash.ts';
import { newId } from '#server/platform/id.ts';
import {
  type Expected,
  expiredInOwn,
  listVisible,
  manageInProject,
  nobodyPending,
  notFoundByAll,
  notFoundInOwn,
  open,
  own,
  ownCredentials,
  type Row,
  readIdentity,
  readInProject,
  readSystem,
  readVisible,
  row,
  writeInProject,
  writeSystem,
  writeVisible,
} from './access-expected.ts';
import { type AccessWorld, type Caller, freshName, makeProjectLikeA } from './access-world.ts';
import {
  makeFlavor,
  makeHost,
  makeHostPool,
  makeImage,
  makeInstance,
  makeOperation,
  makePlacementGroup,
  makeUser,
  makeVolume,
} from './factories.ts';

const oidc = { issuer: 'https://id.example.org', clientId: 'atoll' };
const provider = async ({ web }: AccessWorld) => {
  const id = newId();
  const config = { issuer: 'http://127.0.0.1:9', clientId: 'x', scopes: 'openid', linkByEmail: false };
  await web.owner.identityProvider.create({ data: { id, kind: 'oidc', name: freshName(), config } });
  return { identityProvider: id };
};
const answered = { id: 'x', rawId: 'x', type: 'public-key', clientExtensionResults: {} };
const passkeyAnswer = { authenticatorData: 'x', clientDataJSON: 'x', signature: 'x' };
const newKey = { attestationObject: 'x', clientDataJSON: 'x' };

const inA = async (world: AccessWorld, fields: object = {}) => {
  const { projectA, hostId, web } = world;
  const { id } = await makeInstance(web.owner, { projectId: projectA, hostId });
  return { project: projectA, instance: id, ...fields };
};
const sharedInA = async (world: AccessWorld) => {
  const { project, instance } = await inA(world);
  const { viewer: userId, owner: createdById } = world.users;
  const share = { kind: 'vnc', projectId: project, instanceId: instance, viewOnly: true, ttlSeconds: 60 } as const;
  const { id } = await inTx(world.web.owner, (tx) => insertConsoleShare(tx, { ...share, userId, createdById }));
  return { project, instance, share: id };
};
export const ownedBy = (world: AccessWorld, caller: Caller): string =>
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
const freshUser = async ({ web }: AccessWorld) => ({ user: (await makeUser(web.owner)).id });
const freshMember = async (world: AccessWorld) => {
  const { user } = await freshUser(world);
  const { web, projectA } = world;
  await inTx(web.owner, (tx) => setMembership(tx, { projectId: projectA, userId: user }, 'viewer'));
  return { project: projectA, user };
};
const waitingRequest = async ({ web, projectA, users }: AccessWorld) => {
  const id = newId();
  const wish = { id, projectId: projectA, poolId: null, limits: { networks: 1_000_000 }, reason: 'x' };
  await inTx(web.owner, (tx) => insertQuotaRequest(tx, { ...wish, requestedById: users.stranger }));
  return { quotaRequest: id };
};
const flavor = async ({ web }: AccessWorld) => (await makeFlavor(web.owner)).id;

const readProjectAudit: Expected = { ...readInProject, viewer: 403, member: 403 };

const hostPool = async ({ web }: AccessWorld) => (await makeHostPool(web.owner)).id;
const placementGroup = async ({ web, projectA }: AccessWorld, fields: object = {}) => ({
  project: projectA,
  placementGroup: (await makePlacementGroup(web.owner, { projectId: projectA })).id,
  ...fields,
});

/** What each caller must get from each procedure of the registry, and what it is asked with. */
export const accessTable: Record<string, Row> = {
  'audit.list': row(readSystem),
  'audit.listInProject': row(readProjectAudit, ({ projectA }) => ({ project: projectA })),
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
  'identityProvider.list': row(readIdentity),
  'identityProvider.create': row(readIdentity, () => ({ kind: 'oidc', name: freshName(), config: oidc })),
  'identityProvider.update': row(readIdentity, async (world) => ({
    kind: 'oidc',
    name: freshName(),
    config: oidc,
    ...(await provider(world)),
  })),
  'identityProvider.delete': row(readIdentity, provider),
  'identityProvider.test': row(readIdentity, provider),
  'identityProvider.policy': row(readIdentity),
  'identityProvider.setPolicy': row(readIdentity, () => ({ secondFactor: 'nobody' })),
  'linkedIdentity.list': row(ownCredentials),
  // What is not there is not found by anybody who may ask.
  'linkedIdentity.linkOidc': row(notFoundInOwn, () => ({ provider: crypto.randomUUID() })),
  'linkedIdentity.linkLdap': row(notFoundInOwn, () => ({
    provider: crypto.randomUUID(),
    username: 'x',
    password: 'x',
  })),
  'linkedIdentity.unlink': row(notFoundInOwn, () => ({ identity: crypto.randomUUID() })),
  'passkey.begin': row(ownCredentials),
  // Its address allows none, which is said first.
  'passkey.create': row(ownCredentials, () => ({ name: 'x', created: { ...answered, response: newKey } })),
  'passkey.rename': row(notFoundInOwn, () => ({ passkey: crypto.randomUUID(), name: 'x' })),
  'passkey.delete': row(notFoundInOwn, () => ({ passkey: crypto.randomUUID() })),
  'secondFactor.get': row(ownCredentials),
  'secondFactor.beginTotp': row(ownCredentials),
  'secondFactor.confirmTotp': row(expiredInOwn, () => ({ code: '000000' })),
  'secondFactor.disableTotp': row(ownCredentials),
  'secondFactor.renewRecoveryCodes': row(ownCredentials),
  'signIn.ways': row(open),
  'signIn.pending': row(open),
  'signIn.secondFactor': row(nobodyPending, () => ({ method: 'totp', code: '000000' })),
  'signIn.passkeyBegin': row(open),
  'signIn.passkey': row(nobodyPending, () => ({ answer: { ...answered, response: passkeyAnswer } })),
  'signIn.enrolBegin': row(nobodyPending),
  'signIn.enrolConfirm': row(nobodyPending, () => ({ code: '000000' })),
  'signIn.ldap': row(notFoundByAll, () => ({ provider: crypto.randomUUID(), username: 'x', password: 'x' })),
  'signIn.oidcBegin': row(notFoundByAll, () => ({ provider: crypto.randomUUID() })),
  'signIn.oidcFinish': row(nobodyPending, () => ({ query: '?code=x' })),
  'stepUp.methods': row(ownCredentials),
  'stepUp.prove': row(expiredInOwn, () => ({ method: 'password', password: 'x' })),
  'stepUp.passkeyBegin': row(ownCredentials),
  'stepUp.passkey': row(expiredInOwn, () => ({ answer: { ...answered, response: passkeyAnswer } })),
  'stepUp.oidcBegin': row(notFoundInOwn, () => ({ provider: crypto.randomUUID() })),
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
  'hostPool.list': row(readSystem),
  'hostPool.get': row(readSystem, async (world) => ({ hostPool: await hostPool(world) })),
  'hostPool.create': row(writeSystem, () => ({ name: freshName() })),
  'hostPool.update': row(writeSystem, async (world) => ({ hostPool: await hostPool(world), name: freshName() })),
  'hostPool.delete': row(writeSystem, async (world) => ({ hostPool: await hostPool(world) })),
  'hostPool.usable': row(readInProject, ({ projectA }) => ({ project: projectA })),
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
  'image.create': row(
    writeInProject,
    ({ projectA }) => ({
      name: 'x',
      project: projectA,
      source: { type: 'upload', sizeBytes: 512 },
    }),
    403,
  ),
  'image.delete': row(writeVisible, async ({ web, projectA }) => ({
    image: (await makeImage(web.owner, { projectId: projectA })).id,
  })),
  'image.catalog': row(own),
  'console.open': row(writeInProject, (world) => inA(world, { kind: 'vnc' })),
  'console.openShared': row({ ...notFoundInOwn, tokenOfOtherProject: 404 }, () => ({ share: newId() })),
  'console.sessions': row(readInProject, (world) => inA(world)),
  'console.shares': row(readInProject, (world) => inA(world)),
  'console.share': row(writeInProject, (world) => inA(world, { kind: 'vnc', userId: world.users.viewer })),
  'console.revokeShare': row(writeInProject, (world) => sharedInA(world)),
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
  'invitation.list': row(manageInProject, ({ projectA }) => ({ project: projectA })),
  // Not with a token, whatever it may do elsewhere.
  'invitation.create': row({ ...manageInProject, tokenOfOtherProject: 403 }, ({ projectA }) => ({
    project: projectA,
    email: `${freshName()}@example.org`,
    role: 'viewer',
  })),
  'invitation.revoke': row(manageInProject, async ({ web, projectA, users }) => {
    const email = `${freshName()}@example.org`;
    const given = { projectId: projectA, email, role: 'viewer' as const, invitedById: users.owner, ttlSeconds: 60 };
    const { id } = await inTx(web.owner, (tx) => insertInvitation(tx, { ...given, tokenHash: newToken('').hash }));
    return { project: projectA, invitation: id };
  }),
  'invitation.info': row(open, () => ({ token: 'none' })),
  'invitation.accept': row(ownCredentials, () => ({ token: 'none' })),
  'invitation.join': row(open, () => ({ token: 'none', name: 'x', password: 'long enough password' })),
  'member.list': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'member.set': row(manageInProject, async (world) => ({ ...(await freshMember(world)), role: 'member' })),
  'member.remove': row(manageInProject, freshMember, 403),
  'notification.list': row(own),
  'notification.unread': row(own),
  'notification.markRead': row(own),
  'quota.defaults': row(writeSystem),
  'quota.setDefaults': row(writeSystem, () => ({ snapshots: 100 })),
  'quota.pools': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'quota.setPool': row(writeSystem, ({ projectA }) => ({
    project: projectA,
    hostPool: defaultPoolId,
    quota: { vcpus: null },
  })),
  'quotaRequest.create': row(writeInProject, ({ projectA }) => ({
    project: projectA,
    limits: { networks: 1_000 },
    reason: 'x',
  })),
  'quotaRequest.list': row(readInProject, ({ projectA }) => ({ project: projectA })),
  // Made by nobody who is here: only who manages the project takes it back.
  'quotaRequest.cancel': row({ ...writeInProject, member: 403 }, async (world) => ({
    project: world.projectA,
    ...(await waitingRequest(world)),
  })),
  'quotaRequest.listAll': row(writeSystem),
  'quotaRequest.review': row(writeSystem, (world) => waitingRequest(world)),
  'quotaRequest.grant': row(writeSystem, (world) => waitingRequest(world)),
  'quotaRequest.deny': row(writeSystem, async (world) => ({ ...(await waitingRequest(world)), note: 'No.' })),
  'operation.list': row(listVisible),
  'operation.get': row(readVisible, (world) => operationOf(world, 'pending')),
  'operation.log': row(readVisible, (world) => operationOf(world, 'pending')),
  'operation.cancel': row(writeVisible, (world) => operationOf(world, 'pending')),
  'operation.retry': row(writeVisible, (world) => operationOf(world, 'failed')),
  'price.get': row(own),
  'price.set': row(writeSystem, () => ({
    currency: 'EUR',
    vcpuHour: '0.01',
    memoryGiBHour: '0.005',
    diskGiBHour: '0.0001',
  })),
  'placement.explain': row(readInProject, ({ projectA }) => ({ projectId: projectA, kind: 'vm', ...size })),
  'placement.advice': row(readSystem),
  'placementGroup.list': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'placementGroup.get': row(readInProject, (world) => placementGroup(world)),
  'placementGroup.create': row(writeInProject, ({ projectA }) => ({
    project: projectA,
    name: freshName(),
    policy: 'affinity',
  })),
  'placementGroup.update': row(writeInProject, (world) => placementGroup(world, { name: freshName() })),
  'placementGroup.delete': row(writeInProject, (world) => placementGroup(world)),
  'project.list': row(listVisible),
  'project.get': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'project.create': row(writeSystem, () => ({ name: freshName() })),
  'project.update': row(manageInProject, ({ projectA }) => ({ project: projectA, description: 'x' })),
  'project.archive': row(manageInProject, async (world) => ({ project: await makeProjectLikeA(world) })),
  'project.unarchive': row(manageInProject, ({ projectA }) => ({ project: projectA })),
  'project.contents': row(manageInProject, ({ projectA }) => ({ project: projectA })),
  'project.delete': row(manageInProject, async (world) => ({ project: await makeProjectLikeA(world) })),
  'project.transfer': row(manageInProject, async (world) => {
    const project = await makeProjectLikeA(world);
    const { id } = await makeImage(world.web.owner, { projectId: project });
    return { project, toProject: await makeProjectLikeA(world), images: [id] };
  }),
  'project.setQuota': row(writeSystem, ({ projectB }) => ({ project: projectB, quota: { instances: 50 } })),
  'role.list': row(own),
  'role.get': row(own, ({ roleId }) => ({ role: roleId })),
  'role.create': row(writeSystem, () => ({ name: freshName(), permissions: ['project:read'] })),
  'role.update': row(writeSystem, ({ roleId }) => ({ role: roleId, description: 'x' })),
  'role.delete': row(writeSystem, async ({ web }) => {
    const role = { name: freshName(), description: '', permissions: ['project:read'] as const };
    return { role: (await inTx(web.owner, (tx) => insertRole(tx, role))).id };
  }),
  'queue.get': row(readSystem),
  'queue.update': row(writeSystem, () => ({ order: 'fair-share' })),
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
  'usage.inProject': row(readInProject, ({ projectA }) => ({ project: projectA })),
  'usage.list': row(readSystem),
  'user.list': row(writeSystem),
  'user.create': row(writeSystem, () => ({ email: `${freshName()}@example.org`, name: 'x' })),
  'user.get': row(writeSystem, freshUser),
  'user.update': row(writeSystem, async (world) => ({ ...(await freshUser(world)), name: 'x' })),
  'user.disable': row(writeSystem, freshUser),
  'user.enable': row(writeSystem, freshUser),
  'user.reset': row(writeSystem, freshUser),
  'user.signOut': row(writeSystem, freshUser),
  'user.resetSecondFactor': row(writeSystem, freshUser),
  'user.delete': row(writeSystem, freshUser),
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

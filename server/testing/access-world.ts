import { type ProjectPermission, tokenScopes } from '#server/contract/permissions.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { setHostEngine } from '#server/db/host-inventory-store.ts';
import { setMembership } from '#server/db/membership-store.ts';
import { insertRole } from '#server/db/role-store.ts';
import { revokeToken } from '#server/db/token-store.ts';
import { updateUser } from '#server/db/user-store.ts';
import { newId } from '#server/platform/id.ts';
import { makeHost, makeProject, makeUser } from './factories.ts';
import { startWebTestbed, type WebRequest, type WebTestbed } from './web-testbed.ts';

/** Everybody who may come along, as seen from project A. */
export const callers = [
  'anonymous',
  'stranger',
  'otherOwner',
  'viewer',
  'member',
  'owner',
  'admin',
  'auditor',
  'operator',
  'disabled',
  'tokenWithoutScope',
  'revokedToken',
  'expiredToken',
  'tokenOfOtherProject',
] as const;
export type Caller = (typeof callers)[number];
type TokenCaller = 'tokenWithoutScope' | 'revokedToken' | 'expiredToken' | 'tokenOfOtherProject';

/** What the custom role allows that the operator has in project A. */
export const operatorPermissions: readonly ProjectPermission[] = ['project:read', 'instance:read', 'instance:operate'];

/** Two projects with their people, and a way to call as each of them. */
export interface AccessWorld {
  web: WebTestbed;
  projectA: string;
  projectB: string;
  hostId: string;
  /** User ids; tokens are the owner's. */
  users: Record<Exclude<Caller, 'anonymous' | TokenCaller>, string>;
  /** The operator's. */
  roleId: string;
  credentials: Record<Caller, Pick<WebRequest, 'cookie' | 'token'>>;
}

/** Builds it on a fresh web. */
export async function buildAccessWorld(): Promise<AccessWorld> {
  // Behind a proxy: a test that asks more than one address may says from where each of its requests comes.
  const web = await startWebTestbed({ trustedProxies: ['127.0.0.0/8'] });
  const db = web.owner;
  const person = async (role: 'user' | 'admin' | 'auditor' = 'user'): Promise<string> =>
    (await makeUser(db, { role })).id;
  const users = {
    stranger: await person(),
    otherOwner: await person(),
    viewer: await person(),
    member: await person(),
    owner: await person(),
    admin: await person('admin'),
    auditor: await person('auditor'),
    operator: await person(),
    disabled: await person(),
  };
  const quota = { instances: 10_000, vcpus: 10_000, memoryMiB: 10_000_000, diskGiB: 100_000 };
  const { id: projectA } = await makeProject(db, { ownerId: users.owner, viewerId: users.viewer, quota });
  const { id: projectB } = await makeProject(db, { ownerId: users.otherOwner, quota });
  const { id: elsewhere } = await makeProject(db, { ownerId: users.owner, quota });
  const { id: roleId } = await inTx(db, (tx) =>
    insertRole(tx, { name: 'operator', description: '', permissions: operatorPermissions }),
  );
  await joinAsOthers(db, projectA, users, roleId);
  const { id: hostId } = await makeHost(db);
  for (const type of ['libvirt', 'docker'] as const)
    await inTx(db, (tx) =>
      setHostEngine(tx, { hostId }, { type, state: 'up', version: null, capabilities: null, message: null }),
    );

  const session = async (userId: string) => ({ cookie: await web.sessionOf(userId) });
  const every = tokenScopes.filter((scope) => scope !== 'all');
  const credentials: AccessWorld['credentials'] = {
    anonymous: {},
    stranger: await session(users.stranger),
    otherOwner: await session(users.otherOwner),
    viewer: await session(users.viewer),
    member: await session(users.member),
    owner: await session(users.owner),
    admin: await session(users.admin),
    auditor: await session(users.auditor),
    operator: await session(users.operator),
    disabled: await session(users.disabled),
    tokenWithoutScope: { token: await web.tokenOf(users.owner, []) },
    revokedToken: { token: await revoked(web, users.owner) },
    expiredToken: { token: await web.tokenOf(users.owner, ['all'], { ttlSeconds: -1 }) },
    tokenOfOtherProject: { token: await web.tokenOf(users.owner, [...every, 'all'], { projectId: elsewhere }) },
  };
  await inTx(db, (tx) => updateUser(tx, { id: users.disabled }, { disabledAt: new Date() }));
  return { web, projectA, projectB, hostId, users, roleId, credentials };
}

/** A project of its own with the people of project A. */
export async function makeProjectLikeA({ web, users, roleId }: AccessWorld): Promise<string> {
  const { id } = await makeProject(web.owner, { ownerId: users.owner, viewerId: users.viewer });
  await joinAsOthers(web.owner, id, users, roleId);
  return id;
}

/** Member, operator, and somebody who was an owner and is disabled. */
async function joinAsOthers(db: Db, projectId: string, users: AccessWorld['users'], roleId: string): Promise<void> {
  await inTx(db, async (tx) => {
    await setMembership(tx, { projectId, userId: users.member }, 'member');
    await setMembership(tx, { projectId, userId: users.operator }, { customRoleId: roleId });
    await setMembership(tx, { projectId, userId: users.disabled }, 'owner');
  });
}

async function revoked(web: WebTestbed, userId: string): Promise<string> {
  const token = await web.tokenOf(userId, ['all']);
  const newest = await web.owner.apiToken.findFirstOrThrow({ where: { userId }, orderBy: { id: 'desc' } });
  await inTx(web.owner, (tx) => revokeToken(tx, { userId, id: newest.id }));
  return token;
}

/** A name that nothing has yet. */
export const freshName = (): string => `n-${newId().slice(-12)}`;

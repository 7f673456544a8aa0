/** What may be done inside a project. */
export const projectPermissions = [
  'project:read',
  'project:manage',
  'member:read',
  'member:manage',
  'quota:request',
  'usage:read',
  'project:audit',
  'instance:read',
  'instance:logs',
  'instance:operate',
  'instance:console',
  'instance:write',
  'image:read',
  'image:write',
  'volume:read',
  'volume:write',
  'operation:read',
  'operation:manage',
  'event:read',
] as const;

/** What may be done with the whole cloud. */
export const systemPermissions = [
  'host:read',
  'host:write',
  'pool:write',
  'flavor:write',
  'image:publish',
  'user:manage',
  'role:manage',
  'identity:manage',
  'project:create',
  'quota:manage',
  'price:write',
  'system:read',
  'audit:read',
] as const;

/** What a signed-in person may do with what is their own. Tokens never mint or read credentials: `self:credentials` is no scope. */
export const selfPermissions = ['self:read', 'self:write', 'self:credentials'] as const;

export type ProjectPermission = (typeof projectPermissions)[number];
export type SystemPermission = (typeof systemPermissions)[number];
export type SelfPermission = (typeof selfPermissions)[number];
export type Permission = ProjectPermission | SystemPermission | SelfPermission;

/** The roles that every project has. Admins may put together others, which are called `custom` with an id. */
export const projectRoles = ['viewer', 'member', 'owner'] as const;
export type ProjectRole = (typeof projectRoles)[number];

/** What a member of a project is: one of its own roles, or `custom` with the id of one that an admin put together. */
export const membershipRoles = [...projectRoles, 'custom'] as const;
export type MembershipRole = (typeof membershipRoles)[number];

export const systemRoles = ['user', 'auditor', 'admin'] as const;
export type SystemRole = (typeof systemRoles)[number];

const viewer: ProjectPermission[] = [
  'project:read',
  'member:read',
  'usage:read',
  'instance:read',
  'instance:logs',
  'image:read',
  'volume:read',
  'operation:read',
  'event:read',
];
const member: ProjectPermission[] = [
  ...viewer,
  'quota:request',
  'instance:operate',
  'instance:console',
  'instance:write',
  'image:write',
  'volume:write',
  'operation:manage',
];

/** Role in a project → permissions in it. */
export const projectRolePermissions: Record<ProjectRole, readonly ProjectPermission[]> = {
  viewer,
  member,
  owner: projectPermissions,
};

/** Role in the whole cloud → system permissions, and the permissions it has in every project. */
export const systemRolePermissions: Record<
  SystemRole,
  { system: readonly SystemPermission[]; everyProject: readonly ProjectPermission[] }
> = {
  user: { system: [], everyProject: [] },
  auditor: { system: ['host:read', 'system:read', 'audit:read'], everyProject: [...viewer, 'project:audit'] },
  admin: { system: systemPermissions, everyProject: projectPermissions },
};

/** Scopes that a token may carry: each permission but those over credentials, and `all` for every one of them. */
export const tokenScopes = [...projectPermissions, ...systemPermissions, 'self:read', 'all'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** Who may call a procedure. Every procedure declares one; there is no default. */
export type Policy =
  /** Anyone, signed in or not. */
  | { kind: 'public' }
  /** A signed-in person or token, on their own things. */
  | { kind: 'self'; permission: SelfPermission }
  /** Holders of the permission in the project that the input names as `project`. */
  | ({ kind: 'project'; permission: ProjectPermission; whenClosed?: WhenClosed } & MaySession)
  /** Rows of all projects in which the caller holds the permission; others do not exist for the caller. */
  | { kind: 'visible'; permission: ProjectPermission }
  /** Holders of the system permission. */
  | ({ kind: 'system'; permission: SystemPermission } & MaySession);

/** What gives rights to others (an invitation, a link that sets a password): never with a token, which mints nothing. */
interface MaySession {
  sessionOnly?: true;
}

/**
 * Whether a change is possible in a project that is archived, or being deleted. Without a word it is not: in an archived
 * project nothing new is made or started.
 */
export type WhenClosed = 'archived' | 'archived-or-deleting';

/** A project that is archived can be read and emptied; one that is being deleted only read. */
export const projectStates = ['active', 'archived', 'deleting'] as const;
export type ProjectState = (typeof projectStates)[number];

/** Whether a set of token scopes allows a permission. */
export function scopesAllow(scopes: readonly string[], permission: Permission): boolean {
  if (permission === 'self:credentials') return false;
  return scopes.includes('all') || scopes.includes(permission);
}

import {
  type Permission,
  type ProjectPermission,
  projectPermissions,
  type SelfPermission,
  type SystemPermission,
  scopesAllow,
  systemPermissions,
  systemRolePermissions,
} from '#server/contract/permissions.ts';
import type { ProjectScope } from '#server/db/scope.ts';
import type { Actor } from './actor.ts';

/*
 * Effective right = scopes of the credential ∩ role ∩ project, computed at the moment of use from what the database says
 * now. (Keystone CVE-2026-43001 and 2012-5571: rights that were kept in a token outlived the role.)
 */

function scoped(actor: Actor, permission: Permission): boolean {
  return actor.via.type === 'session' || scopesAllow(actor.via.scopes, permission);
}

function tokenReaches(actor: Actor, projectId: string): boolean {
  return actor.via.type === 'session' || actor.via.projectId === null || actor.via.projectId === projectId;
}

function roleAllows(actor: Actor, projectId: string, permission: ProjectPermission): boolean {
  if (systemRolePermissions[actor.role].everyProject.includes(permission)) return true;
  const membership = actor.memberships.find((each) => each.projectId === projectId);
  return membership?.permissions.includes(permission) ?? false;
}

/** Whether the actor may know that the project exists. Scopes do not matter here: they decide between 403 and 200. */
export function knowsProject(actor: Actor, projectId: string): boolean {
  return tokenReaches(actor, projectId) && roleAllows(actor, projectId, 'project:read');
}

/** Whether the actor holds the permission in the project. */
export function mayInProject(actor: Actor, projectId: string, permission: ProjectPermission): boolean {
  return tokenReaches(actor, projectId) && scoped(actor, permission) && roleAllows(actor, projectId, permission);
}

/** Whether the actor holds a permission over the whole cloud. A token of one project reaches nothing beyond it. */
export function maySystem(actor: Actor, permission: SystemPermission): boolean {
  if (actor.via.type === 'token' && actor.via.projectId !== null) return false;
  return scoped(actor, permission) && systemRolePermissions[actor.role].system.includes(permission);
}

/** Whether the actor may do this with what is their own. */
export function maySelf(actor: Actor, permission: SelfPermission): boolean {
  return scoped(actor, permission);
}

/** Whether the credential carries the permission at all, in whatever project. */
export function credentialCarries(actor: Actor, permission: ProjectPermission): boolean {
  return scoped(actor, permission);
}

/** The projects in which the actor holds the permission. */
export function visibleProjects(actor: Actor, permission: ProjectPermission): ProjectScope {
  if (!scoped(actor, permission)) return { projectIds: [] };
  const only = actor.via.type === 'token' ? actor.via.projectId : null;
  if (systemRolePermissions[actor.role].everyProject.includes(permission))
    return only === null ? 'every-project' : { projectIds: [only] };
  const held = actor.memberships.map((each) => each.projectId).filter((id) => mayInProject(actor, id, permission));
  return { projectIds: held };
}

/** Every permission that the actor holds in the project, for the browser to draw its controls. */
export function permissionsInProject(actor: Actor, projectId: string): ProjectPermission[] {
  return projectPermissions.filter((permission) => mayInProject(actor, projectId, permission));
}

/** Every permission that the actor holds over the whole cloud. */
export function permissionsInSystem(actor: Actor): SystemPermission[] {
  return systemPermissions.filter((permission) => maySystem(actor, permission));
}

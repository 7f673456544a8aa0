import type { ProjectPermission } from '#server/contract/permissions.ts';
import type { Role } from '#server/contract/role.ts';
import { touchProject } from '#server/db/project-store.ts';
import {
  deleteRole,
  getRole,
  insertRole,
  listProjectsOfRole,
  listRoles,
  type RoleRow,
  updateRole,
} from '#server/db/role-store.ts';
import { newId } from '#server/platform/id.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';

const view = (row: RoleRow): Role => ({ ...row, createdAt: row.createdAt.toISOString() });

/** All custom roles, by name. */
export async function listCustomRoles(ctx: ActorContext, input: ListInput) {
  return pageOfList(ctx, ['roles'], input, (page) => listRoles(ctx.app.db, page), view);
}

/** One custom role. Throws `not_found`. */
export async function getCustomRole(ctx: ActorContext, input: { role: string }): Promise<Role> {
  return view(await getRole(ctx.app.db, { id: input.role }));
}

/** Puts a role together. Throws `name_taken`. */
export async function createCustomRole(
  ctx: ActorContext,
  input: { name: string; description: string; permissions: ProjectPermission[] },
): Promise<Role> {
  const id = newId();
  const what = { action: 'role.create', target: { type: 'role', id }, detail: input };
  return change(ctx, what, async (tx) => view(await insertRole(tx, { id, ...input })));
}

/**
 * Changes a role. Rights are computed at use, so its holders have the new permissions with their next request; their browsers
 * hear of it by a change of their projects. Throws `not_found`, `name_taken`, `precondition_failed`.
 */
export async function updateCustomRole(
  ctx: ActorContext,
  input: { role: string; name?: string; description?: string; permissions?: ProjectPermission[] },
): Promise<Role> {
  const { role: id, ...patch } = input;
  const what = { action: 'role.update', target: { type: 'role', id }, detail: patch };
  return change(ctx, what, async (tx) => {
    const row = await updateRole(tx, { id, expectedVersion: ctx.expectedVersion }, patch);
    for (const projectId of await listProjectsOfRole(tx, { id })) await touchProject(tx, { projectId });
    return view(row);
  });
}

/** Deletes a role that nobody has. Throws `not_found`, `in_use` (naming who has it), `precondition_failed`. */
export async function deleteCustomRole(ctx: ActorContext, input: { role: string }): Promise<null> {
  const what = { action: 'role.delete', target: { type: 'role', id: input.role } };
  return change(ctx, what, async (tx) => {
    await deleteRole(tx, { id: input.role, expectedVersion: ctx.expectedVersion });
    return null;
  });
}

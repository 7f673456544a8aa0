import { AtollError } from '#server/contract/errors.ts';
import { type ProjectPermission, projectRolePermissions } from '#server/contract/permissions.ts';
import type { DbOrTx } from '#server/db/client.ts';
import type { RoleChoice } from '#server/db/membership-store.ts';
import { getRole } from '#server/db/role-store.ts';
import type { ProjectContext } from '../service-context.ts';
import { permissionsInProject } from './effective-right.ts';

/** A choice of role as the contract has it: exactly one of the two is there. */
export interface RoleInput {
  role?: Exclude<RoleChoice, object> | undefined;
  customRoleId?: string | undefined;
}

/**
 * The role that was chosen, if the actor may give it: nobody gives more than they hold themselves in the project, by role and
 * by the scopes of their token. Throws `forbidden`, or `validation_failed` for a custom role that is not there.
 */
export async function grantableRole(db: DbOrTx, ctx: ProjectContext, input: RoleInput): Promise<RoleChoice> {
  const { role, customRoleId } = input;
  if (role !== undefined) {
    requireHeld(ctx, projectRolePermissions[role]);
    return role;
  }
  const custom = await findCustom(db, customRoleId ?? '');
  requireHeld(ctx, custom.permissions);
  return { customRoleId: custom.id };
}

/** Throws `forbidden` unless the actor holds all these permissions in the project: then they may give and take them. */
export function requireHeld(ctx: ProjectContext, permissions: readonly ProjectPermission[]): void {
  const held = permissionsInProject(ctx.actor, ctx.project.id);
  const missing = permissions.filter((each) => !held.includes(each));
  if (missing.length === 0) return;
  throw new AtollError('forbidden', `You do not hold ${missing.join(', ')} yourself.`, {
    params: { reason: 'moreThanHeld', permissions: missing.join(', ') },
    hint: 'Choose a role with fewer permissions, or ask an owner of the project.',
  });
}

async function findCustom(db: DbOrTx, id: string) {
  try {
    return await getRole(db, { id });
  } catch (error) {
    if (!(error instanceof AtollError) || error.code !== 'not_found') throw error;
    throw new AtollError('validation_failed', 'There is no such role.', {
      cause: error,
      fields: [{ pointer: '/customRoleId', code: 'not_found', message: 'This role is not there any more.' }],
    });
  }
}

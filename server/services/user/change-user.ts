import { AtollError } from '#server/contract/errors.ts';
import type { ManagedUser } from '#server/contract/identity.ts';
import type { SystemRole } from '#server/contract/permissions.ts';
import type { AtollTx } from '#server/db/client.ts';
import { listMemberships, listOwnedAlone } from '#server/db/membership-store.ts';
import { touchProject } from '#server/db/project-store.ts';
import { revokeSessions } from '#server/db/session-store.ts';
import { revokeTokens } from '#server/db/token-store.ts';
import {
  countAdmins,
  deleteUser,
  getManagedUser,
  lockUser,
  type ManagedUserRow,
  updateUser,
} from '#server/db/user-store.ts';
import { requireVersion } from '#server/db/version.ts';
import { mustHaveSecondFactor, secondFactorsOf } from '../auth/second-factor-state.ts';
import { issueResetLink } from '../auth/setup-link.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { managedUserView } from './user-view.ts';

interface UserRef {
  user: string;
}

const about = (verb: string, { user }: UserRef, detail?: Record<string, unknown>) => ({
  action: `user.${verb}`,
  target: { type: 'user', id: user },
  ...(detail && { detail }),
});

/**
 * Changes name or role. Who becomes somebody that must have a second factor, and has none, signs in anew and sets it up. Throws `not_found`, `precondition_failed`, `state_conflict` for the last admin.
 */
export async function updateManagedUser(
  ctx: ActorContext,
  input: UserRef & { name?: string | undefined; role?: SystemRole | undefined },
): Promise<ManagedUser> {
  const { user: id, ...patch } = input;
  return change(ctx, about('update', input, patch), async (tx) => {
    const before = await lockUser(tx, { id });
    requireVersion(before.version, ctx.expectedVersion);
    if (patch.role !== undefined && patch.role !== 'admin') await requireOtherAdmin(tx, before);
    const risen =
      patch.role !== undefined && patch.role !== before.role && (await mustHaveSecondFactor(tx, patch.role));
    if (risen && (await secondFactorsOf(tx, { userId: id })).length === 0) await revokeSessions(tx, { userId: id });
    return managedUserView(await updateUser(tx, { id }, patch));
  });
}

/**
 * Shuts a user out: sessions and tokens end with their next request, streams within 5 s. What they have running runs on.
 * Throws `not_found`, `state_conflict` for the last admin.
 */
export async function disableUser(ctx: ActorContext, input: UserRef): Promise<ManagedUser> {
  return change(ctx, about('disable', input), async (tx) => {
    const before = await lockUser(tx, { id: input.user });
    await requireOtherAdmin(tx, before);
    await revokeSessions(tx, { userId: before.id });
    await revokeTokens(tx, { userId: before.id });
    if (before.disabledAt) return managedUserView(before);
    return managedUserView(await updateUser(tx, before, { disabledAt: new Date() }));
  });
}

/** Lets a user sign in again. Tokens stay revoked: whoever has them is not known. Throws `not_found`. */
export async function enableUser(ctx: ActorContext, input: UserRef): Promise<ManagedUser> {
  return change(ctx, about('enable', input), async (tx) => {
    await lockUser(tx, { id: input.user });
    return managedUserView(await updateUser(tx, { id: input.user }, { disabledAt: null }));
  });
}

/** A one-time link with which a user sets a new password; their sessions end when it is used. Throws `not_found`, `state_conflict`. */
export async function resetUser(ctx: ActorContext, input: UserRef): Promise<{ user: ManagedUser; setupPath: string }> {
  return change(ctx, about('reset', input), async (tx) => {
    const row = await lockUser(tx, { id: input.user });
    if (row.disabledAt)
      throw new AtollError('state_conflict', 'A disabled user cannot set a password.', {
        hint: 'Enable the user first.',
      });
    return { user: managedUserView(row), setupPath: await issueResetLink(tx, row.id) };
  });
}

/** Ends every session of a user; answers how many. Throws `not_found`. */
export async function signOutUser(ctx: ActorContext, input: UserRef): Promise<{ ended: number }> {
  return change(ctx, about('signOut', input), async (tx) => {
    const { id } = await getManagedUser(tx, { id: input.user });
    return { ended: await revokeSessions(tx, { userId: id }) };
  });
}

/**
 * Deletes a user with sessions, tokens and keys. What they have made stays in its projects.
 * Throws `not_found`, `in_use` where they are the only owner of a project, `state_conflict` for the last admin.
 */
export async function deleteManagedUser(ctx: ActorContext, input: UserRef): Promise<null> {
  const { user: id } = input;
  return change(ctx, about('delete', input), async (tx) => {
    const row = await lockUser(tx, { id });
    await requireOtherAdmin(tx, row);
    const memberships = await listMemberships(tx, { userId: id });
    // Their rows are locked: nobody who is an owner beside them leaves meanwhile.
    for (const { projectId } of memberships) await touchProject(tx, { projectId });
    const alone = await listOwnedAlone(tx, { userId: id });
    if (alone.length > 0) {
      const names = alone.map(({ name }) => name).join(', ');
      throw new AtollError('in_use', `${row.name} is the only owner of ${names}.`, {
        params: { reason: 'onlyOwner', projects: names },
        hint: 'Make somebody else an owner there, or delete these projects first.',
      });
    }
    await deleteUser(tx, { id });
    return null;
  });
}

/** Throws `state_conflict` when this is the last admin who can sign in. The admins are locked. */
async function requireOtherAdmin(tx: AtollTx, user: ManagedUserRow): Promise<void> {
  if (user.role !== 'admin' || user.disabledAt || (await countAdmins(tx)) > 1) return;
  throw new AtollError('state_conflict', `${user.name} is the last admin.`, {
    params: { reason: 'lastAdmin' },
    hint: 'Make somebody else an admin first.',
  });
}

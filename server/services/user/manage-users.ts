import type { SystemRole } from '#server/contract/permissions.ts';
import { listMemberships, listOwnedAlone } from '#server/db/membership-store.ts';
import { getManagedUser, listUsers } from '#server/db/user-store.ts';
import { newId } from '#server/platform/id.ts';
import { issueResetLink } from '../auth/setup-link.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';
import { insertUserWithProject } from './insert-user-with-project.ts';
import { managedUserView } from './user-view.ts';

/** All users, or those whose name or e-mail holds `search`; by e-mail. */
export async function listAllUsers(ctx: ActorContext, input: ListInput & { search?: string | undefined }) {
  const { search } = input;
  const read = (page: Parameters<typeof listUsers>[2]) => listUsers(ctx.app.db, { search }, page);
  return pageOfList(ctx, ['users', search], input, read, managedUserView);
}

/** One user with their projects, and where they are the only owner. Throws `not_found`. */
export async function getUserWithProjects(ctx: ActorContext, input: { user: string }) {
  const { db } = ctx.app;
  const row = await getManagedUser(db, { id: input.user });
  const [memberships, alone] = await Promise.all([
    listMemberships(db, { userId: row.id }),
    listOwnedAlone(db, { userId: row.id }),
  ]);
  return {
    ...managedUserView(row),
    memberships: memberships.map(({ projectId, slug, name, role }) => ({
      projectId,
      slug,
      name,
      role,
      onlyOwner: alone.some(({ id }) => id === projectId),
    })),
  };
}

/**
 * Makes a user with a project of their own, and the path of the one-time link that sets their password: the admin hands it
 * over. Throws `conflict` for a known e-mail.
 */
export async function createUser(ctx: ActorContext, input: { email: string; name: string; role: SystemRole }) {
  const id = newId();
  const what = { action: 'user.create', target: { type: 'user', id }, detail: { role: input.role } };
  return change(ctx, what, async (tx) => {
    await insertUserWithProject(tx, { id, ...input, passwordHash: null });
    return { user: managedUserView(await getManagedUser(tx, { id })), setupPath: await issueResetLink(tx, id) };
  });
}

import type { SystemRole } from '#server/contract/permissions.ts';
import { listUsers, type UserRow } from '#server/db/user-store.ts';
import { newId } from '#server/platform/id.ts';
import { issueResetLink } from '../auth/setup-link.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';
import { insertUserWithProject } from './insert-user-with-project.ts';

const view = (row: UserRow) => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  disabled: row.disabledAt !== null,
  createdAt: row.createdAt.toISOString(),
});

/** All users, by e-mail. */
export async function listAllUsers(ctx: ActorContext, input: ListInput) {
  return pageOfList(ctx, ['users'], input, (page) => listUsers(ctx.app.db, page), view);
}

/**
 * Makes a user with a project of their own, and the path of the one-time link that sets their password: the admin hands it
 * over. Throws `conflict` for a known e-mail.
 */
export async function createUser(ctx: ActorContext, input: { email: string; name: string; role: SystemRole }) {
  const id = newId();
  const what = { action: 'user.create', target: { type: 'user', id }, detail: { role: input.role } };
  return change(ctx, what, async (tx) => {
    const row = await insertUserWithProject(tx, { id, ...input, passwordHash: null });
    return { user: view(row), setupPath: await issueResetLink(tx, id) };
  });
}

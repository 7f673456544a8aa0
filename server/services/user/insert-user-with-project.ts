import type { SystemRole } from '#server/contract/permissions.ts';
import type { AtollTx } from '#server/db/client.ts';
import { insertProject } from '#server/db/project-store.ts';
import { insertUser, type UserRow } from '#server/db/user-store.ts';
import { freeSlug } from '../project/free-slug.ts';
import { quotaOfNewProject } from '../quota/quota-defaults.ts';

export interface NewUser {
  id: string;
  email: string;
  name: string;
  role: SystemRole;
  passwordHash: string | null;
}

/** A user with a project of their own, whose slug comes from the name or the mailbox. Throws `conflict` for a known e-mail. */
export async function insertUserWithProject(tx: AtollTx, user: NewUser): Promise<UserRow> {
  const row = await insertUser(tx, user);
  const slug = await freeSlug(tx, [user.name, user.email.split('@', 1)[0] ?? '', 'project']);
  const quota = await quotaOfNewProject(tx);
  await insertProject(tx, { slug, name: user.name, quota, ownerId: row.id });
  return row;
}

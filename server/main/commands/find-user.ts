import type { Db } from '#server/db/client.ts';
import { findUserByEmail, type UserRow } from '#server/db/user-store.ts';
import { UsageError } from '../usage-error.ts';

/** The user of an e-mail address. @throws UsageError when there is none. */
export async function findUser(db: Db, email: string): Promise<UserRow> {
  const user = await findUserByEmail(db, email.toLowerCase());
  if (user) return user;
  throw new UsageError(`There is no user ${email}.`);
}

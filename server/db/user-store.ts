import { AtollError } from '#server/contract/errors.ts';
import type { SystemRole } from '#server/contract/permissions.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

/** A person. The password hash is never part of it: see {@link findCredentials}. */
export interface UserRow {
  id: string;
  email: string;
  name: string;
  role: SystemRole;
  disabledAt: Date | null;
  createdAt: Date;
}

const columns = Prisma.sql`u.id, u.email, u.name, u.role, u.disabled_at AS "disabledAt", u.created_at AS "createdAt"`;

/** Inserts a user; the e-mail is kept in lower case. Throws conflict when it is known already. */
export async function insertUser(
  tx: AtollTx,
  user: { id?: string; email: string; name: string; role: SystemRole; passwordHash?: string | null },
): Promise<UserRow> {
  const id = user.id ?? newId();
  try {
    await tx.user.createMany({ data: { ...user, id, email: user.email.toLowerCase() } });
  } catch (error) {
    if (!isUniqueViolation(error, 'user_email_key')) throw error;
    throw new AtollError('conflict', 'There is a user with this e-mail already.', {
      cause: error,
      fields: [{ pointer: '/email', code: 'taken', message: 'This e-mail is taken.' }],
    });
  }
  return getUser(tx, { id });
}

/** One user. Throws not_found. */
export async function getUser(db: DbOrTx, ref: { id: string }): Promise<UserRow> {
  const rows = await db.$queryRaw<UserRow[]>(Prisma.sql`SELECT ${columns} FROM "user" u WHERE u.id = ${ref.id}::uuid`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such user.');
  return rows[0];
}

/** The user of this e-mail, or null. */
export async function findUserByEmail(db: DbOrTx, email: string): Promise<UserRow | null> {
  const rows = await db.$queryRaw<UserRow[]>(
    Prisma.sql`SELECT ${columns} FROM "user" u WHERE u.email = ${email.toLowerCase()}`,
  );
  return rows[0] ?? null;
}

/** User and password hash for a sign-in; null for both an unknown and a disabled user. */
export async function findCredentials(
  db: DbOrTx,
  email: string,
): Promise<{ user: UserRow; passwordHash: string | null } | null> {
  const rows = await db.$queryRaw<(UserRow & { passwordHash: string | null })[]>(Prisma.sql`
    SELECT ${columns}, u.password_hash AS "passwordHash" FROM "user" u
    WHERE u.email = ${email.toLowerCase()} AND u.disabled_at IS NULL`);
  if (!rows[0]) return null;
  const { passwordHash, ...user } = rows[0];
  return { user, passwordHash };
}

const byEmail: Order = { by: Prisma.sql`u.email`, id: Prisma.sql`u.id`, byType: 'text', idType: 'uuid' };

/** All users, by e-mail. */
export async function listUsers(db: DbOrTx, page: PageRequest): Promise<Page<UserRow>> {
  const rows = await db.$queryRaw<UserRow[]>(Prisma.sql`
    SELECT ${columns} FROM "user" u WHERE ${afterKeyset(byEmail, page.after)} ${orderAndLimit(byEmail, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.email, id: row.id }));
}

/** Whether anybody is there yet: before that, the first-run link is the only way in. */
export async function hasUsers(db: DbOrTx): Promise<boolean> {
  return (await db.user.findFirst({ select: { id: true } })) !== null;
}

/** Sets the password; whoever calls ends the sessions. Throws not_found. */
export async function setPassword(tx: AtollTx, ref: { id: string }, passwordHash: string): Promise<void> {
  await mustUpdate(tx, ref, { passwordHash });
}

/** Throws not_found. */
export async function setUserRole(tx: AtollTx, ref: { id: string }, role: SystemRole): Promise<void> {
  await mustUpdate(tx, ref, { role });
}

/** Disables or enables a user; sessions and tokens of a disabled user are not found any more. Throws not_found. */
export async function setUserDisabled(tx: AtollTx, ref: { id: string }, disabled: boolean): Promise<void> {
  await mustUpdate(tx, ref, { disabledAt: disabled ? new Date() : null });
}

async function mustUpdate(tx: AtollTx, ref: { id: string }, data: Prisma.UserUpdateManyMutationInput): Promise<void> {
  const { count } = await tx.user.updateMany({ where: { id: ref.id }, data });
  if (count === 0) throw new AtollError('not_found', 'There is no such user.');
}

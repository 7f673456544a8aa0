import { AtollError } from '#server/contract/errors.ts';
import type { SystemRole } from '#server/contract/permissions.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, containing, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';

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

/** A user as admins see them. */
export interface ManagedUserRow extends UserRow {
  lastSignInAt: Date | null;
  hasPassword: boolean;
  version: number;
}

const managedColumns = Prisma.sql`${columns}, u.last_sign_in_at AS "lastSignInAt",
  u.password_hash IS NOT NULL AS "hasPassword", u.version`;

/** All users whose name or e-mail holds `search`, by e-mail. */
export async function listUsers(
  db: DbOrTx,
  filter: { search?: string | undefined },
  page: PageRequest,
): Promise<Page<ManagedUserRow>> {
  const conditions = [afterKeyset(byEmail, page.after)];
  if (filter.search) {
    const pattern = containing(filter.search);
    conditions.push(Prisma.sql`(u.name ILIKE ${pattern} OR u.email ILIKE ${pattern})`);
  }
  const rows = await db.$queryRaw<ManagedUserRow[]>(Prisma.sql`
    SELECT ${managedColumns} FROM "user" u WHERE ${Prisma.join(conditions, ' AND ')} ${orderAndLimit(byEmail, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.email, id: row.id }));
}

/** Whether anybody is there yet: before that, the first-run link is the only way in. */
export async function hasUsers(db: DbOrTx): Promise<boolean> {
  return (await db.user.findFirst({ select: { id: true } })) !== null;
}

/** One user as admins see them. Throws not_found. */
export async function getManagedUser(db: DbOrTx, ref: { id: string }): Promise<ManagedUserRow> {
  const rows = await db.$queryRaw<ManagedUserRow[]>(
    Prisma.sql`SELECT ${managedColumns} FROM "user" u WHERE u.id = ${ref.id}::uuid`,
  );
  if (!rows[0]) throw new AtollError('not_found', 'There is no such user.');
  return rows[0];
}

/**
 * Locks a user and all admins until the end of the transaction: of two admins who shut each other out, one stays.
 * Throws not_found.
 */
export async function lockUser(tx: AtollTx, ref: { id: string }): Promise<ManagedUserRow> {
  await tx.$queryRaw(Prisma.sql`
    SELECT id FROM "user" WHERE id = ${ref.id}::uuid OR role = 'admin' ORDER BY id FOR NO KEY UPDATE`);
  return getManagedUser(tx, ref);
}

/** How many admins there are who can sign in. */
export async function countAdmins(db: DbOrTx): Promise<number> {
  return db.user.count({ where: { role: 'admin', disabledAt: null } });
}

/** Changes name, role or whether the user may sign in. Throws not_found. */
export async function updateUser(
  tx: AtollTx,
  ref: { id: string },
  patch: { name?: string; role?: SystemRole; disabledAt?: Date | null },
): Promise<ManagedUserRow> {
  await mustUpdate(tx, ref, { ...patch, version: { increment: 1 } });
  return getManagedUser(tx, ref);
}

/** Removes a user with sessions, tokens, keys and memberships. Whoever calls has made sure that no project is left without an owner. */
export async function deleteUser(tx: AtollTx, ref: { id: string }): Promise<void> {
  await tx.user.deleteMany({ where: { id: ref.id } });
}

/** Sets the password; whoever calls ends the sessions. Throws not_found. */
export async function setPassword(tx: AtollTx, ref: { id: string }, passwordHash: string): Promise<void> {
  await mustUpdate(tx, ref, { passwordHash });
}

async function mustUpdate(tx: AtollTx, ref: { id: string }, data: Prisma.UserUpdateManyMutationInput): Promise<void> {
  const { count } = await tx.user.updateMany({ where: { id: ref.id }, data });
  if (count === 0) throw new AtollError('not_found', 'There is no such user.');
}

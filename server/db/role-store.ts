import { AtollError } from '#server/contract/errors.ts';
import { type ProjectPermission, projectPermissions } from '#server/contract/permissions.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { requireVersion } from './version.ts';

/** A role that an admin put together. */
export interface RoleRow {
  id: string;
  name: string;
  description: string;
  permissions: ProjectPermission[];
  /** Memberships and open invitations that have it. */
  members: number;
  createdAt: Date;
  version: number;
}

const openInvitation = Prisma.sql`accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()`;

const selectRoles = Prisma.sql`
  SELECT r.id, r.name, r.description, r.permissions, r.created_at AS "createdAt", r.version,
    (SELECT count(*) FROM membership m WHERE m.custom_role_id = r.id)::int
      + (SELECT count(*) FROM invitation i WHERE i.custom_role_id = r.id AND ${openInvitation})::int AS members
  FROM custom_role r`;

/** Words that are no permissions (any more) are passed over. */
const read = (row: RoleRow): RoleRow => ({
  ...row,
  permissions: projectPermissions.filter((each) => row.permissions.includes(each)),
});

const byName: Order = { by: Prisma.sql`r.name`, id: Prisma.sql`r.id`, byType: 'text', idType: 'uuid' };

/** All custom roles, by name. */
export async function listRoles(db: DbOrTx, page: PageRequest): Promise<Page<RoleRow>> {
  const rows = await db.$queryRaw<RoleRow[]>(
    Prisma.sql`${selectRoles} WHERE ${afterKeyset(byName, page.after)} ${orderAndLimit(byName, page.limit)}`,
  );
  return toPage(rows.map(read), page.limit, (row) => ({ value: row.name, id: row.id }));
}

/** One custom role. Throws not_found. */
export async function getRole(db: DbOrTx, ref: { id: string }): Promise<RoleRow> {
  const rows = await db.$queryRaw<RoleRow[]>(Prisma.sql`${selectRoles} WHERE r.id = ${ref.id}::uuid`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such role.');
  return read(rows[0]);
}

export interface NewRole {
  id?: string;
  name: string;
  description: string;
  permissions: readonly ProjectPermission[];
}

/** Inserts a role. Throws name_taken. */
export async function insertRole(tx: AtollTx, role: NewRole): Promise<RoleRow> {
  const id = role.id ?? newId();
  try {
    await tx.customRole.createMany({ data: { ...role, id, permissions: [...role.permissions] } });
  } catch (error) {
    throw nameTaken(error, role.name);
  }
  return getRole(tx, { id });
}

/** Changes a role. Throws not_found, name_taken, or precondition_failed. */
export async function updateRole(
  tx: AtollTx,
  ref: { id: string; expectedVersion?: number },
  patch: Partial<Omit<NewRole, 'id'>>,
): Promise<RoleRow> {
  await lockRole(tx, ref);
  const { permissions, ...columns } = patch;
  const data = { ...columns, ...(permissions && { permissions: [...permissions] }), version: { increment: 1 } };
  try {
    await tx.customRole.updateMany({ where: { id: ref.id }, data });
  } catch (error) {
    throw nameTaken(error, patch.name ?? '');
  }
  return getRole(tx, ref);
}

/** Removes a role. Throws not_found, precondition_failed, or in_use with the names of who has it. */
export async function deleteRole(tx: AtollTx, ref: { id: string; expectedVersion?: number }): Promise<void> {
  await lockRole(tx, ref);
  const users = await tx.$queryRaw<{ who: string; project: string }[]>(Prisma.sql`
    SELECT u.name AS who, p.name AS project FROM membership m
      JOIN "user" u ON u.id = m.user_id JOIN project p ON p.id = m.project_id WHERE m.custom_role_id = ${ref.id}::uuid
    UNION ALL
    SELECT i.email, p.name FROM invitation i JOIN project p ON p.id = i.project_id
      WHERE i.custom_role_id = ${ref.id}::uuid AND ${openInvitation}
    ORDER BY 2, 1`);
  if (users.length > 0) {
    const told = users.slice(0, 5).map(({ who, project }) => `${who} (${project})`);
    const more = users.length > told.length ? `, and ${users.length - told.length} more` : '';
    throw new AtollError('in_use', `The role is held by ${told.join(', ')}${more}.`, {
      hint: 'Give them another role first.',
      params: { count: users.length, holders: told.join(', ') },
    });
  }
  // Invitations that are over keep their row, and need no role any more.
  await tx.invitation.deleteMany({ where: { customRoleId: ref.id } });
  await tx.customRole.deleteMany({ where: { id: ref.id } });
}

/** The projects in which somebody has the role: their members' rights change with it. */
export async function listProjectsOfRole(db: DbOrTx, ref: { id: string }): Promise<string[]> {
  const rows = await db.membership.findMany({
    where: { customRoleId: ref.id },
    distinct: ['projectId'],
    select: { projectId: true },
    orderBy: { projectId: 'asc' },
  });
  return rows.map(({ projectId }) => projectId);
}

/** Until the end of the transaction nobody is given the role (their foreign key waits for this lock). */
async function lockRole(tx: AtollTx, ref: { id: string; expectedVersion?: number }): Promise<void> {
  const [row] = await tx.$queryRaw<{ version: number }[]>(
    Prisma.sql`SELECT version FROM custom_role WHERE id = ${ref.id}::uuid FOR UPDATE`,
  );
  if (!row) throw new AtollError('not_found', 'There is no such role.');
  requireVersion(row.version, ref.expectedVersion);
}

function nameTaken(error: unknown, name: string): unknown {
  if (!isUniqueViolation(error, 'custom_role_name_key')) return error;
  return new AtollError('name_taken', `There is a role named ${name} already.`, {
    cause: error,
    fields: [{ pointer: '/name', code: 'name_taken', message: 'This name is taken.' }],
  });
}

import { AtollError } from '#server/contract/errors.ts';
import {
  type MembershipRole,
  type ProjectPermission,
  type ProjectRole,
  type ProjectState,
  projectPermissions,
  projectRolePermissions,
} from '#server/contract/permissions.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { projectStateSql } from './project-state.ts';

/** A role of a project: one of its own, or a custom one with what it allows now. */
export interface HeldRole {
  role: MembershipRole;
  customRole: { id: string; name: string } | null;
  permissions: readonly ProjectPermission[];
}

/** What a user is in a project. */
export interface MembershipRow extends HeldRole {
  projectId: string;
  slug: string;
  name: string;
  state: ProjectState;
}

/** A person of a project. */
export interface MemberRow extends HeldRole {
  id: string;
  email: string;
  name: string;
  disabled: boolean;
  since: Date;
}

/** A role that somebody is given: one of the project's own, or a custom one. */
export type RoleChoice = ProjectRole | { customRoleId: string };

/** A role as the columns `role` and `custom_role_id` hold it. */
export const roleColumns = (choice: RoleChoice): { role: MembershipRole; customRoleId: string | null } =>
  typeof choice === 'string'
    ? { role: choice, customRoleId: null }
    : { role: 'custom', customRoleId: choice.customRoleId };

interface RawRole {
  role: MembershipRole;
  customRole: { id: string; name: string; permissions: string[] } | null;
}

/** Column `customRole` of a row that is joined with custom_role `r`. */
export const customRoleSql = Prisma.sql`CASE WHEN r.id IS NOT NULL THEN
  jsonb_build_object('id', r.id, 'name', r.name, 'permissions', r.permissions) END AS "customRole"`;

/** The permissions of a role as they are now; words that are no permissions (any more) are passed over. */
export function readRole<R extends RawRole>(row: R): Omit<R, 'customRole'> & HeldRole {
  const { customRole } = row;
  if (row.role !== 'custom') return { ...row, customRole: null, permissions: projectRolePermissions[row.role] };
  return {
    ...row,
    customRole: customRole && { id: customRole.id, name: customRole.name },
    permissions: projectPermissions.filter((each) => customRole?.permissions.includes(each)),
  };
}

/** Gives a user a role in a project, or another one. */
export async function setMembership(
  tx: AtollTx,
  ref: { projectId: string; userId: string },
  choice: RoleChoice,
): Promise<void> {
  const columns = roleColumns(choice);
  await tx.membership.upsert({
    where: { projectId_userId: ref },
    create: { ...ref, ...columns },
    update: columns,
  });
}

/** The projects of a user with the role in each, by slug. */
export async function listMemberships(db: DbOrTx, ref: { userId: string }): Promise<MembershipRow[]> {
  const rows = await db.$queryRaw<(Omit<MembershipRow, keyof HeldRole> & RawRole)[]>(Prisma.sql`
    SELECT m.project_id AS "projectId", p.slug, p.name, ${projectStateSql} AS state, m.role, ${customRoleSql}
    FROM membership m JOIN project p ON p.id = m.project_id LEFT JOIN custom_role r ON r.id = m.custom_role_id
    WHERE m.user_id = ${ref.userId}::uuid ORDER BY p.slug`);
  return rows.map(readRole);
}

const selectMembers = Prisma.sql`
  SELECT u.id, u.email, u.name, u.disabled_at IS NOT NULL AS disabled, m.created_at AS since, m.role, ${customRoleSql}
  FROM membership m JOIN "user" u ON u.id = m.user_id LEFT JOIN custom_role r ON r.id = m.custom_role_id`;

const byEmail: Order = { by: Prisma.sql`u.email`, id: Prisma.sql`u.id`, byType: 'text', idType: 'uuid' };

type RawMember = Omit<MemberRow, keyof HeldRole> & RawRole;

/** People of a project, by e-mail. */
export async function listMembers(db: DbOrTx, ref: { projectId: string }, page: PageRequest): Promise<Page<MemberRow>> {
  const rows = await db.$queryRaw<RawMember[]>(Prisma.sql`
    ${selectMembers} WHERE m.project_id = ${ref.projectId}::uuid AND ${afterKeyset(byEmail, page.after)}
    ${orderAndLimit(byEmail, page.limit)}`);
  return toPage(rows.map(readRole), page.limit, (row) => ({ value: row.email, id: row.id }));
}

/** One person of a project, or null. */
export async function findMember(db: DbOrTx, ref: { projectId: string; userId: string }): Promise<MemberRow | null> {
  const rows = await db.$queryRaw<RawMember[]>(Prisma.sql`
    ${selectMembers} WHERE m.project_id = ${ref.projectId}::uuid AND m.user_id = ${ref.userId}::uuid`);
  return rows[0] ? readRole(rows[0]) : null;
}

/** Takes a user out of a project; answers whether they were in it. */
export async function deleteMembership(tx: AtollTx, ref: { projectId: string; userId: string }): Promise<boolean> {
  const { count } = await tx.membership.deleteMany({ where: ref });
  return count > 0;
}

/**
 * Throws state_conflict when a project has no owner: call it after a change of members, in the same transaction. Of two
 * owners who leave at once, one stays.
 */
export async function requireOwner(tx: AtollTx, ref: { projectId: string }): Promise<void> {
  // The lock of the project's row puts changes of its members into a row: none of them counts what another is about to change.
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS locked FROM project WHERE id = ${ref.projectId}::uuid FOR NO KEY UPDATE`);
  const owners = await tx.membership.count({ where: { projectId: ref.projectId, role: 'owner' } });
  if (owners > 0) return;
  throw new AtollError('state_conflict', 'A project keeps at least one owner.', {
    params: { reason: 'lastOwner' },
    hint: 'Make somebody else an owner first.',
  });
}

/** The projects of which a user is the only owner. */
export async function listOwnedAlone(
  db: DbOrTx,
  ref: { userId: string },
): Promise<{ id: string; slug: string; name: string }[]> {
  return db.$queryRaw<{ id: string; slug: string; name: string }[]>(Prisma.sql`
    SELECT p.id, p.slug, p.name FROM membership m JOIN project p ON p.id = m.project_id
    WHERE m.user_id = ${ref.userId}::uuid AND m.role = 'owner' AND NOT EXISTS (
      SELECT 1 FROM membership o WHERE o.project_id = m.project_id AND o.role = 'owner' AND o.user_id <> m.user_id)
    ORDER BY p.slug`);
}

import { AtollError } from '#server/contract/errors.ts';
import type { MembershipRole, ProjectState } from '#server/contract/permissions.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { isUniqueViolation } from './database-error.ts';
import { Prisma } from './generated/client.ts';
import { customRoleSql, type HeldRole, type RoleChoice, readRole, roleColumns } from './membership-store.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import { projectStateSql } from './project-state.ts';

/** An invitation into a project. Its token is stored only as SHA-256. */
export interface InvitationRow extends HeldRole {
  id: string;
  projectId: string;
  project: { slug: string; name: string; state: ProjectState };
  email: string;
  state: 'open' | 'expired' | 'accepted' | 'revoked';
  invitedBy: { id: string; name: string } | null;
  createdAt: Date;
  expiresAt: Date;
}

type Raw = Omit<InvitationRow, keyof HeldRole> & {
  role: MembershipRole;
  customRole: { id: string; name: string; permissions: string[] } | null;
};

const selectInvitations = Prisma.sql`
  SELECT i.id, i.project_id AS "projectId",
    jsonb_build_object('slug', p.slug, 'name', p.name, 'state', ${projectStateSql}) AS project,
    i.email, i.role, ${customRoleSql},
    CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at IS NOT NULL THEN 'revoked'
      WHEN i.expires_at <= now() THEN 'expired' ELSE 'open' END AS state,
    CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'name', u.name) END AS "invitedBy",
    i.created_at AS "createdAt", i.expires_at AS "expiresAt"
  FROM invitation i JOIN project p ON p.id = i.project_id
  LEFT JOIN custom_role r ON r.id = i.custom_role_id LEFT JOIN "user" u ON u.id = i.invited_by_id`;

const newestFirst: Order = {
  by: Prisma.sql`i.created_at`,
  id: Prisma.sql`i.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** Invitations of a project, newest first. */
export async function listInvitations(
  db: DbOrTx,
  ref: { projectId: string },
  page: PageRequest,
): Promise<Page<InvitationRow>> {
  const rows = await db.$queryRaw<Raw[]>(Prisma.sql`
    ${selectInvitations} WHERE i.project_id = ${ref.projectId}::uuid AND ${afterKeyset(newestFirst, page.after)}
    ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows.map(readRole), page.limit, (row) => ({ value: row.createdAt.toISOString(), id: row.id }));
}

export interface NewInvitation {
  projectId: string;
  email: string;
  role: RoleChoice;
  tokenHash: Uint8Array;
  invitedById: string;
  ttlSeconds: number;
}

/**
 * Inserts an invitation; an earlier one of the same address that has run out makes room.
 * Throws conflict when one is still open.
 */
export async function insertInvitation(tx: AtollTx, invitation: NewInvitation): Promise<InvitationRow> {
  const { projectId, email, tokenHash, invitedById, ttlSeconds } = invitation;
  const { role, customRoleId } = roleColumns(invitation.role);
  const id = newId();
  await tx.$executeRaw(Prisma.sql`
    UPDATE invitation SET revoked_at = now() WHERE project_id = ${projectId}::uuid AND email = ${email}
      AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= now()`);
  try {
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO invitation (id, project_id, email, role, custom_role_id, token_hash, invited_by_id, expires_at)
      VALUES (${id}::uuid, ${projectId}::uuid, ${email}, ${role}, ${customRoleId}::uuid, ${tokenHash},
        ${invitedById}::uuid, now() + make_interval(secs => ${ttlSeconds}::float8))`);
  } catch (error) {
    if (!isUniqueViolation(error, 'invitation_open')) throw error;
    throw new AtollError('conflict', 'This address has an open invitation already.', {
      cause: error,
      hint: 'Revoke the open invitation first to make a new link.',
      fields: [{ pointer: '/email', code: 'taken', message: 'This address is invited already.' }],
    });
  }
  const rows = await tx.$queryRaw<Raw[]>(Prisma.sql`${selectInvitations} WHERE i.id = ${id}::uuid`);
  if (!rows[0]) throw new Error('An invitation that was just inserted is not there.');
  return readRole(rows[0]);
}

/** The open invitation of a token, or null: unknown, used, revoked, run out. */
export async function findOpenInvitation(db: DbOrTx, tokenHash: Uint8Array): Promise<InvitationRow | null> {
  const rows = await db.$queryRaw<Raw[]>(Prisma.sql`
    ${selectInvitations} WHERE i.token_hash = ${tokenHash} AND i.accepted_at IS NULL AND i.revoked_at IS NULL
      AND i.expires_at > now()`);
  return rows[0] ? readRole(rows[0]) : null;
}

/** Uses an invitation up; of two that race one gets true. */
export async function markAccepted(tx: AtollTx, ref: { id: string }): Promise<boolean> {
  const used = await tx.$executeRaw(Prisma.sql`
    UPDATE invitation SET accepted_at = now() WHERE id = ${ref.id}::uuid AND accepted_at IS NULL AND revoked_at IS NULL
      AND expires_at > now()`);
  return used > 0;
}

/** Revokes an invitation of a project; again is no error. Throws not_found. */
export async function revokeInvitation(tx: AtollTx, ref: { projectId: string; id: string }): Promise<void> {
  const count = await tx.$executeRaw(Prisma.sql`
    UPDATE invitation SET revoked_at = coalesce(revoked_at, now())
    WHERE id = ${ref.id}::uuid AND project_id = ${ref.projectId}::uuid AND accepted_at IS NULL`);
  if (count === 0) throw new AtollError('not_found', 'There is no such open invitation.');
}

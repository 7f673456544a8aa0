import type { ProjectRole } from '#server/contract/permissions.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** What a user is in a project. */
export interface MembershipRow {
  projectId: string;
  slug: string;
  name: string;
  role: ProjectRole;
}

/** Gives a user a role in a project, or another one. */
export async function setMembership(
  tx: AtollTx,
  ref: { projectId: string; userId: string },
  role: ProjectRole,
): Promise<void> {
  await tx.membership.upsert({
    where: { projectId_userId: ref },
    create: { ...ref, role },
    update: { role },
  });
}

/** The projects of a user with the role in each, by slug. */
export async function listMemberships(db: DbOrTx, ref: { userId: string }): Promise<MembershipRow[]> {
  return db.$queryRaw<MembershipRow[]>(Prisma.sql`
    SELECT m.project_id AS "projectId", p.slug, p.name, m.role
    FROM membership m JOIN project p ON p.id = m.project_id
    WHERE m.user_id = ${ref.userId}::uuid ORDER BY p.slug`);
}

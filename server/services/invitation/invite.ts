import { AtollError } from '#server/contract/errors.ts';
import type { Invitation } from '#server/contract/invitation.ts';
import {
  type InvitationRow,
  insertInvitation,
  listInvitations,
  revokeInvitation,
} from '#server/db/invitation-store.ts';
import { findMember } from '#server/db/membership-store.ts';
import { type BucketPolicy, takeFromBucket } from '#server/db/rate-bucket-store.ts';
import { findUserByEmail } from '#server/db/user-store.ts';
import { newToken } from '#server/platform/hash.ts';
import { grantableRole, type RoleInput } from '../access/require-grantable.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ProjectContext } from '../service-context.ts';

/** A team is invited at once, an address book is not. */
const perProject: BucketPolicy = { capacity: 50, refillPerSecond: 1 / 60 };
const secondsPerDay = 24 * 3600;

export const invitationView = (row: InvitationRow): Invitation => ({
  id: row.id,
  projectId: row.projectId,
  email: row.email,
  role: row.role,
  customRole: row.customRole,
  state: row.state,
  invitedBy: row.invitedBy,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

/** Invitations of the project, newest first. */
export async function listProjectInvitations(ctx: ProjectContext, input: ListInput) {
  const { id: projectId } = ctx.project;
  const read = (page: Parameters<typeof listInvitations>[2]) => listInvitations(ctx.app.db, { projectId }, page);
  return pageOfList(ctx, ['invitations', projectId], input, read, invitationView);
}

/**
 * Invites an address. The token is in the fragment of the link, which browsers send to nobody, and only its hash is stored.
 * Throws `forbidden` for a role beyond the actor's own, `conflict` for who is in the project or invited already,
 * `rate_limited`.
 */
export async function inviteToProject(
  ctx: ProjectContext,
  input: RoleInput & { email: string; expiresInDays: number },
): Promise<{ invitation: Invitation; path: string }> {
  const { email, expiresInDays } = input;
  const projectId = ctx.project.id;
  const bucket = await takeFromBucket(ctx.app.db, `invite:${projectId}`, perProject);
  if (!bucket.allowed) throw new AtollError('rate_limited', undefined, { retryAfterSeconds: bucket.retryAfterSeconds });
  const { token, hash } = newToken('invite_');
  const detail = { email, role: input.role ?? null, customRoleId: input.customRoleId ?? null };
  return change(ctx, { action: 'invitation.create', projectId, detail }, async (tx) => {
    const role = await grantableRole(tx, ctx, input);
    const known = await findUserByEmail(tx, email);
    if (known && (await findMember(tx, { projectId, userId: known.id }))) {
      throw new AtollError('conflict', 'This person is in the project already.', {
        fields: [{ pointer: '/email', code: 'taken', message: 'This person is in the project already.' }],
      });
    }
    const row = await insertInvitation(tx, {
      projectId,
      email,
      role,
      tokenHash: hash,
      invitedById: ctx.actor.userId,
      ttlSeconds: expiresInDays * secondsPerDay,
    });
    return { invitation: invitationView(row), path: `/invitation#token=${token}` };
  });
}

/** Revokes an open invitation of the project. Throws `not_found`. */
export async function revokeProjectInvitation(ctx: ProjectContext, input: { invitation: string }): Promise<null> {
  const ref = { projectId: ctx.project.id, id: input.invitation };
  const what = { action: 'invitation.revoke', projectId: ref.projectId, target: { type: 'invitation', id: ref.id } };
  return change(ctx, what, async (tx) => {
    await revokeInvitation(tx, ref);
    return null;
  });
}

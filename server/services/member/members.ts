import { AtollError } from '#server/contract/errors.ts';
import type { Member } from '#server/contract/member.ts';
import type { AtollTx } from '#server/db/client.ts';
import {
  deleteMembership,
  findMember,
  listMembers,
  type MemberRow,
  requireOwner,
  setMembership,
} from '#server/db/membership-store.ts';
import { touchProject } from '#server/db/project-store.ts';
import { getUser } from '#server/db/user-store.ts';
import { mayInProject, maySystem } from '../access/effective-right.ts';
import { grantableRole, type RoleInput, requireHeld } from '../access/require-grantable.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ProjectContext } from '../service-context.ts';

export const memberView = (row: MemberRow): Member => ({
  ...row,
  permissions: [...row.permissions],
  since: row.since.toISOString(),
});

/** People of the project, by e-mail. */
export async function listProjectMembers(ctx: ProjectContext, input: ListInput) {
  const { id: projectId } = ctx.project;
  return pageOfList(
    ctx,
    ['members', projectId],
    input,
    (page) => listMembers(ctx.app.db, { projectId }, page),
    memberView,
  );
}

/**
 * Gives a member another role. Who is not in the project is invited instead, but for admins, who know all users and may add
 * them. Both the role they have and the one they get must be within what the actor holds.
 * Throws `not_found`, `forbidden`, `state_conflict` for the last owner.
 */
export async function setMember(ctx: ProjectContext, input: RoleInput & { user: string }): Promise<Member> {
  const ref = { projectId: ctx.project.id, userId: input.user };
  const detail = { role: input.role ?? null, customRoleId: input.customRoleId ?? null };
  const what = { action: 'member.set', projectId: ref.projectId, target: { type: 'user', id: ref.userId }, detail };
  return change(ctx, what, async (tx) => {
    const before = await findMember(tx, ref);
    if (before) requireHeld(ctx, before.permissions);
    else await requireAddable(tx, ctx, ref.userId);
    await setMembership(tx, ref, await grantableRole(tx, ctx, input));
    await requireOwner(tx, ref);
    await touchProject(tx, ref);
    const after = await findMember(tx, ref);
    if (!after) throw new AtollError('not_found');
    return memberView(after);
  });
}

/** Throws `not_found` for everybody who may not know of users outside their projects. */
async function requireAddable(tx: AtollTx, ctx: ProjectContext, userId: string): Promise<void> {
  if (!maySystem(ctx.actor, 'user:manage'))
    throw new AtollError('not_found', 'There is no such member.', { hint: 'Invite people by their e-mail address.' });
  await getUser(tx, { id: userId });
}

/**
 * Takes a person out of the project: it takes effect with their next request, and their open streams end within 5 s. Everybody
 * may leave. Throws `not_found`, `forbidden`, `state_conflict` for the last owner.
 */
export async function removeMember(ctx: ProjectContext, input: { user: string }): Promise<null> {
  const ref = { projectId: ctx.project.id, userId: input.user };
  const leaves = ctx.actor.userId === ref.userId;
  if (!leaves && !mayInProject(ctx.actor, ref.projectId, 'member:manage'))
    throw new AtollError('forbidden', 'This needs the permission member:manage in the project.');
  const target = { type: 'user', id: ref.userId };
  const what = { action: 'member.remove', projectId: ref.projectId, target, detail: { leaves } };
  return change(ctx, what, async (tx) => {
    const member = await findMember(tx, ref);
    if (!member) throw new AtollError('not_found', 'There is no such member.');
    if (!leaves) requireHeld(ctx, member.permissions);
    await deleteMembership(tx, ref);
    await requireOwner(tx, ref);
    await touchProject(tx, ref);
    return null;
  });
}

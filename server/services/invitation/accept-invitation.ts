import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx, DbOrTx } from '#server/db/client.ts';
import { findOpenInvitation, type InvitationRow, markAccepted } from '#server/db/invitation-store.ts';
import { findMember, setMembership } from '#server/db/membership-store.ts';
import { touchProject } from '#server/db/project-store.ts';
import { type BucketPolicy, takeFromBucket } from '#server/db/rate-bucket-store.ts';
import { findUserByEmail, insertUser } from '#server/db/user-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import { newId } from '#server/platform/id.ts';
import { hashPassword } from '#server/platform/password.ts';
import { requireState } from '../access/enter.ts';
import { continueSignIn, type SignInAnswer } from '../auth/continue-sign-in.ts';
import { change } from '../change.ts';
import type { ActorContext, ServiceContext } from '../service-context.ts';

/** As for one-time links of accounts. */
const perAddress: BucketPolicy = { capacity: 20, refillPerSecond: 1 / 30 };

/** What an invitation is for, for who has its link. Throws `setup_done` when it does not work (any more), `rate_limited`. */
export async function getInvitationInfo(ctx: ServiceContext, input: { token: string }) {
  await takeAttempt(ctx);
  const row = await openInvitation(ctx.app.db, input.token);
  return {
    project: row.project.name,
    email: row.email,
    role: row.customRole?.name ?? row.role,
    customRole: row.customRole !== null,
    invitedBy: row.invitedBy?.name ?? null,
    hasAccount: (await findUserByEmail(ctx.app.db, row.email)) !== null,
    signedInAs: ctx.actor?.email ?? null,
  };
}

/**
 * Joins with the account that is signed in. An invitation is for one mailbox: nobody else can use its link (security.md 33).
 * Throws `setup_done`, `forbidden` for another account, `rate_limited`.
 */
export async function acceptInvitation(
  ctx: ActorContext,
  input: { token: string },
): Promise<{ projectId: string; slug: string }> {
  await takeAttempt(ctx);
  const found = await openInvitation(ctx.app.db, input.token);
  const { email, userId } = ctx.actor;
  if (found.email !== email) {
    throw new AtollError('forbidden', `This invitation is for ${found.email}; you are signed in as ${email}.`, {
      params: { reason: 'otherAccount', email: found.email },
      hint: 'Sign out, and open the link again with the invited account.',
    });
  }
  const what = {
    action: 'invitation.accept',
    projectId: found.projectId,
    target: { type: 'invitation', id: found.id },
  };
  return change(ctx, what, (tx) => join(tx, found, userId));
}

/**
 * Makes the account of an invited address that is not known yet, joins, and signs it in or begins to: where everybody must have a second
 * factor, it is set up before there is a session. The link proves the mailbox.
 * Throws `setup_done`, `conflict` when there is an account by now, `rate_limited`.
 */
export async function joinByInvitation(
  ctx: ServiceContext,
  input: { token: string; name: string; password: string },
): Promise<{ answer: SignInAnswer; slug: string }> {
  await takeAttempt(ctx);
  const found = await openInvitation(ctx.app.db, input.token);
  const passwordHash = await hashPassword(input.password);
  const user = { id: newId(), email: found.email, name: input.name, role: 'user' as const };
  const what = {
    action: 'invitation.join',
    projectId: found.projectId,
    target: { type: 'invitation', id: found.id },
    actor: { id: user.id, name: user.name },
  };
  return change(ctx, what, async (tx) => {
    if (await findUserByEmail(tx, found.email))
      throw new AtollError('conflict', `There is an account for ${found.email} already.`, {
        hint: 'Sign in with it, and open the link again.',
      });
    await insertUser(tx, { ...user, passwordHash });
    const { slug } = await join(tx, found, user.id);
    return { answer: await continueSignIn(tx, ctx, user, 'password'), slug };
  });
}

async function join(tx: AtollTx, found: InvitationRow, userId: string): Promise<{ projectId: string; slug: string }> {
  const { id, projectId, role, customRole, project } = found;
  if (!(await markAccepted(tx, { id }))) throw new AtollError('setup_done');
  // Who is in the project by now keeps the role that they have.
  if (!(await findMember(tx, { projectId, userId })))
    await setMembership(tx, { projectId, userId }, customRole ? { customRoleId: customRole.id } : plain(role));
  await touchProject(tx, { projectId });
  return { projectId, slug: project.slug };
}

function plain(role: InvitationRow['role']) {
  if (role === 'custom') throw new AtollError('setup_done');
  return role;
}

/** Throws `setup_done` unless the invitation is open and its project takes people. */
async function openInvitation(db: DbOrTx, token: string): Promise<InvitationRow> {
  const row = await findOpenInvitation(db, sha256(token));
  if (!row)
    throw new AtollError('setup_done', 'This invitation does not work any more.', {
      hint: 'It was used, was revoked or has run out: ask who invited you for a new one.',
    });
  requireState(row.project.state, 'change');
  return row;
}

async function takeAttempt(ctx: ServiceContext): Promise<void> {
  const { allowed, retryAfterSeconds } = await takeFromBucket(ctx.app.db, `invitation:${ctx.ip}`, perAddress);
  if (!allowed) throw new AtollError('rate_limited', undefined, { retryAfterSeconds });
}

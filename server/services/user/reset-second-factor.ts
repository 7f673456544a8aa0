import type { ManagedUser } from '#server/contract/identity.ts';
import type { AtollTx } from '#server/db/client.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { deletePasskeys } from '#server/db/passkey-store.ts';
import { deletePendingOf } from '#server/db/pending-sign-in-store.ts';
import { revokeSessions } from '#server/db/session-store.ts';
import { deleteTotp } from '#server/db/totp-store.ts';
import { lockUser } from '#server/db/user-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { managedUserView } from './user-view.ts';

/**
 * Forgets every second factor of a user who lost them. Their sessions end, and they see in the history who did it.
 * Throws `not_found`.
 */
export async function resetSecondFactor(ctx: ActorContext, input: { user: string }): Promise<ManagedUser> {
  const what = { action: 'user.resetSecondFactor', target: { type: 'user', id: input.user } };
  return change(ctx, what, async (tx) => {
    const user = await lockUser(tx, { id: input.user });
    await clearSecondFactors(tx, user, { id: ctx.actor.userId, name: ctx.actor.name });
    await revokeSessions(tx, { userId: user.id });
    return managedUserView(user);
  });
}

/** Takes authenticator app, recovery codes and passkeys from a user, and whatever sign-in is on its way. */
export async function clearSecondFactors(
  tx: AtollTx,
  user: { id: string; name: string },
  actor: { id: string; name: string } | null,
): Promise<void> {
  await deleteTotp(tx, { userId: user.id });
  await deletePasskeys(tx, { userId: user.id });
  await deletePendingOf(tx, { userId: user.id });
  await appendEvent(tx, {
    projectId: null,
    type: 'user.second-factor-reset',
    target: { type: 'user', id: user.id, name: user.name },
    actor,
    severity: 'warn',
    message: `The second factors of ${user.name} were reset.`,
    params: { name: user.name },
  });
}

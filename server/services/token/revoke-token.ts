import { revokeToken } from '#server/db/token-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

/** Revokes a token of the actor; it stops working with its next request. Throws `not_found`. */
export async function revokeOwnToken(ctx: ActorContext, input: { token: string }): Promise<null> {
  const what = { action: 'token.revoke', target: { type: 'token', id: input.token } };
  return change(ctx, what, async (tx) => {
    await revokeToken(tx, { userId: ctx.actor.userId, id: input.token });
    return null;
  });
}

import { revokeSession, revokeSessions } from '#server/db/session-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

/** Ends this session. A token has none: nothing happens. */
export async function signOut(ctx: ActorContext): Promise<null> {
  const { via, userId } = ctx.actor;
  if (via.type !== 'session') return null;
  return change(ctx, { action: 'auth.signOut', target: { type: 'session', id: via.sessionId } }, async (tx) => {
    await revokeSession(tx, { userId, id: via.sessionId });
    return null;
  });
}

/** Ends every session of the actor but this one; answers how many. */
export async function signOutEverywhere(ctx: ActorContext): Promise<{ ended: number }> {
  const { via, userId } = ctx.actor;
  const exceptId = via.type === 'session' ? via.sessionId : undefined;
  return change(ctx, { action: 'auth.signOutEverywhere', target: { type: 'user', id: userId } }, async (tx) => ({
    ended: await revokeSessions(tx, { userId, exceptId }),
  }));
}

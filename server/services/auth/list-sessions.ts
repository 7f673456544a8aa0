import { listSessions } from '#server/db/session-store.ts';
import type { ActorContext } from '../service-context.ts';

/** The browsers that the actor is signed in with. */
export async function listOwnSessions(ctx: ActorContext) {
  const { userId, via } = ctx.actor;
  const rows = await listSessions(ctx.app.db, { userId });
  return {
    items: rows.map((row) => ({
      id: row.id,
      current: via.type === 'session' && via.sessionId === row.id,
      ip: row.ip,
      userAgent: row.userAgent,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      method: row.method,
    })),
  };
}

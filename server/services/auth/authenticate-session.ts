import { listMemberships } from '#server/db/membership-store.ts';
import { findSession, touchSession } from '#server/db/session-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import type { Actor } from '../access/actor.ts';
import type { WebApp } from '../service-context.ts';

/** Whose session this cookie is, with role and memberships as they are now; null when it is not good (any more). */
export async function authenticateSession(app: WebApp, cookie: string): Promise<Actor | null> {
  const found = await findSession(app.db, sha256(cookie));
  if (!found) return null;
  const [memberships] = await Promise.all([
    listMemberships(app.db, { userId: found.user.id }),
    touchSession(app.db, { id: found.session.id }),
  ]);
  return {
    userId: found.user.id,
    email: found.user.email,
    name: found.user.name,
    role: found.user.role,
    createdAt: found.user.createdAt,
    memberships,
    via: { type: 'session', sessionId: found.session.id, elevated: found.session.elevated },
  };
}

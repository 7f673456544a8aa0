import { listMemberships } from '#server/db/membership-store.ts';
import { findToken, touchToken } from '#server/db/token-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import type { Actor } from '../access/actor.ts';
import type { WebApp } from '../service-context.ts';
import { isAllowedFrom } from '../token/allowed-from.ts';

/**
 * Whose token this is, with role and memberships as they are now; null when it is not good (any more), or may not be used from
 * this address. Nothing is kept between requests: what is revoked or narrowed holds in every process at once.
 */
export async function authenticateToken(app: WebApp, token: string, ip: string): Promise<Actor | null> {
  const found = await findToken(app.db, sha256(token));
  if (!found) return null;
  if (!isAllowedFrom(found.token.allowedIps, ip)) {
    // Somebody else may have it: whoever runs Atoll should be able to find out.
    app.log.warn({ tokenId: found.token.id, ip }, 'a token was used from an address that it does not allow');
    return null;
  }
  const [memberships] = await Promise.all([
    listMemberships(app.db, { userId: found.user.id }),
    touchToken(app.db, { id: found.token.id }, ip),
  ]);
  return {
    userId: found.user.id,
    email: found.user.email,
    name: found.user.name,
    role: found.user.role,
    createdAt: found.user.createdAt,
    memberships,
    via: {
      type: 'token',
      tokenId: found.token.id,
      scopes: found.token.scopes,
      projectId: found.token.projectId,
    },
  };
}

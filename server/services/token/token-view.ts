import type { Token } from '#server/contract/identity.ts';
import type { TokenRow } from '#server/db/token-store.ts';

/** A token as its user sees it: never the secret, never its hash. */
export function tokenView(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    projectId: row.projectId,
    allowedIps: row.allowedIps,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastUsedIp: row.lastUsedIp,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

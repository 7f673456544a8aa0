import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

export type SetupPurpose = 'first-run' | 'reset';

/** A one-time link that works still. Its token is stored only as SHA-256. */
export interface SetupLinkRow {
  id: string;
  purpose: SetupPurpose;
  userId: string | null;
  /** Of the user whose password is set; null at the first run. */
  email: string | null;
  expiresAt: Date;
}

/** Makes a link; the older ones for the same user (or for the first run) stop working. */
export async function insertSetupLink(
  tx: AtollTx,
  link: { tokenHash: Uint8Array; purpose: SetupPurpose; userId: string | null; ttlSeconds: number },
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM setup_link
    WHERE purpose = ${link.purpose} AND user_id IS NOT DISTINCT FROM ${link.userId}::uuid AND used_at IS NULL`);
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO setup_link (id, token_hash, purpose, user_id, expires_at)
    VALUES (${newId()}::uuid, ${link.tokenHash}, ${link.purpose}, ${link.userId}::uuid,
      now() + make_interval(secs => ${link.ttlSeconds}::float8))`);
}

/** A link that can be used, or null when it is unknown, used or expired. */
export async function findSetupLink(db: DbOrTx, tokenHash: Uint8Array): Promise<SetupLinkRow | null> {
  const rows = await db.$queryRaw<SetupLinkRow[]>(Prisma.sql`
    SELECT l.id, l.purpose, l.user_id AS "userId", u.email, l.expires_at AS "expiresAt"
    FROM setup_link l LEFT JOIN "user" u ON u.id = l.user_id
    WHERE l.token_hash = ${tokenHash} AND l.used_at IS NULL AND l.expires_at > now()`);
  return rows[0] ?? null;
}

/** Uses a link up: of two that race, one gets it. Throws setup_done when it does not work (any more). */
export async function useSetupLink(
  tx: AtollTx,
  tokenHash: Uint8Array,
): Promise<{ purpose: SetupPurpose; userId: string | null }> {
  const rows = await tx.$queryRaw<{ purpose: SetupPurpose; userId: string | null }[]>(Prisma.sql`
    UPDATE setup_link SET used_at = now()
    WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > now()
    RETURNING purpose, user_id AS "userId"`);
  if (!rows[0]) throw new AtollError('setup_done');
  return rows[0];
}

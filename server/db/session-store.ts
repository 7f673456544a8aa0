import type { SessionMethod } from '#server/contract/sign-in.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import type { UserRow } from './user-store.ts';

/** Seconds for which a proof of who one is counts (step-up), the sign-in itself among them. */
const elevatedSeconds = 600;

/** A signed-in browser. Its cookie is stored only as SHA-256. */
export interface SessionRow {
  id: string;
  userId: string;
  ip: string;
  userAgent: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  method: SessionMethod;
  /** Whether the person proved who they are within the last ten minutes. */
  elevated: boolean;
}

const columns = Prisma.sql`s.id, s.user_id AS "userId", s.ip, s.user_agent AS "userAgent", s.created_at AS "createdAt",
  s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt", s.method, coalesce(s.elevated_until > now(), false) AS elevated`;

/** Good now, by the clock of the database. */
const good = Prisma.sql`s.revoked_at IS NULL AND s.expires_at > now()`;

/** Begins a session, and notes the sign-in at its user; answers its id. `tokenHash` is SHA-256 of the cookie. */
export async function insertSession(
  tx: AtollTx,
  session: {
    userId: string;
    tokenHash: Uint8Array;
    ip: string;
    userAgent: string;
    ttlSeconds: number;
    method?: SessionMethod;
    /** For how long the sign-in counts as a proof; default ten minutes. */
    elevatedSeconds?: number;
  },
): Promise<string> {
  const id = newId();
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO session (id, user_id, token_hash, ip, user_agent, method, elevated_until, expires_at)
    VALUES (${id}::uuid, ${session.userId}::uuid, ${session.tokenHash}, ${session.ip}, ${session.userAgent},
      ${session.method ?? 'password'}, now() + make_interval(secs => ${session.elevatedSeconds ?? elevatedSeconds}::float8),
      now() + make_interval(secs => ${session.ttlSeconds}::float8))`);
  await tx.$executeRaw(Prisma.sql`UPDATE "user" SET last_sign_in_at = now() WHERE id = ${session.userId}::uuid`);
  return id;
}

/** The good session of a cookie with its user, or null: expired, revoked, unknown, or the user is disabled. */
export async function findSession(
  db: DbOrTx,
  tokenHash: Uint8Array,
): Promise<{ session: SessionRow; user: UserRow } | null> {
  return findGoodSession(db, Prisma.sql`s.token_hash = ${tokenHash}`);
}

/** As {@link findSession}, for what a session has begun and outlives its requests: a console. */
export async function findSessionById(
  db: DbOrTx,
  ref: { id: string },
): Promise<{ session: SessionRow; user: UserRow } | null> {
  return findGoodSession(db, Prisma.sql`s.id = ${ref.id}::uuid`);
}

async function findGoodSession(db: DbOrTx, which: Prisma.Sql): Promise<{ session: SessionRow; user: UserRow } | null> {
  const rows = await db.$queryRaw<(SessionRow & { email: string; name: string; role: UserRow['role']; since: Date })[]>(
    Prisma.sql`
      SELECT ${columns}, u.email, u.name, u.role, u.created_at AS since
      FROM session s JOIN "user" u ON u.id = s.user_id
      WHERE ${which} AND ${good} AND u.disabled_at IS NULL`,
  );
  if (!rows[0]) return null;
  const { email, name, role, since, ...session } = rows[0];
  return { session, user: { id: session.userId, email, name, role, disabledAt: null, createdAt: since } };
}

/** Notes that a session is in use; writes at most once a minute. */
export async function touchSession(db: DbOrTx, ref: { id: string }): Promise<void> {
  await db.$executeRaw(Prisma.sql`
    UPDATE session SET last_seen_at = now() WHERE id = ${ref.id}::uuid AND last_seen_at < now() - interval '1 minute'`);
}

/**
 * Notes that the person proved who they are, and gives the session another cookie: one that was seen before the proof is worth nothing
 * after it. Answers until when the session is good, or null when it is not (any more).
 */
export async function elevateSession(
  tx: AtollTx,
  ref: { id: string; userId: string; tokenHash: Uint8Array },
): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ expiresAt: Date }[]>(Prisma.sql`
    UPDATE session s SET token_hash = ${ref.tokenHash}, elevated_until = now() + make_interval(secs => ${elevatedSeconds}::float8)
    WHERE s.id = ${ref.id}::uuid AND s.user_id = ${ref.userId}::uuid AND ${good} RETURNING s.expires_at AS "expiresAt"`);
  return rows[0]?.expiresAt ?? null;
}

/** The good sessions of a user, newest first. */
export async function listSessions(db: DbOrTx, ref: { userId: string }): Promise<SessionRow[]> {
  return db.$queryRaw<SessionRow[]>(Prisma.sql`
    SELECT ${columns} FROM session s WHERE s.user_id = ${ref.userId}::uuid AND ${good} ORDER BY s.created_at DESC, s.id`);
}

/** Ends one session of a user; answers whether it was there and good. */
export async function revokeSession(tx: AtollTx, ref: { userId: string; id: string }): Promise<boolean> {
  const count = await tx.$executeRaw(Prisma.sql`
    UPDATE session s SET revoked_at = now()
    WHERE s.id = ${ref.id}::uuid AND s.user_id = ${ref.userId}::uuid AND ${good}`);
  return count > 0;
}

/** Ends every session of a user, but for one that may be kept; answers how many. */
export async function revokeSessions(tx: AtollTx, ref: { userId: string; exceptId?: string }): Promise<number> {
  return tx.$executeRaw(Prisma.sql`
    UPDATE session s SET revoked_at = now()
    WHERE s.user_id = ${ref.userId}::uuid AND s.id IS DISTINCT FROM ${ref.exceptId ?? null}::uuid AND ${good}`);
}

/**
 * Ends the sessions of people without a second factor who must have one, but not those that an OpenID provider vouched for; answers how
 * many.
 */
export async function revokeSessionsWithoutFactor(tx: AtollTx, who: { only: 'admins' | 'everybody' }): Promise<number> {
  const asked = who.only === 'admins' ? Prisma.sql`u.role = 'admin'` : Prisma.sql`true`;
  return tx.$executeRaw(Prisma.sql`
    UPDATE session s SET revoked_at = now() FROM "user" u
    WHERE u.id = s.user_id AND ${asked} AND ${good} AND s.method <> 'oidc'
      AND NOT EXISTS (SELECT 1 FROM totp_credential t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.user_id = u.id)`);
}

/** Forgets sessions that ended more than 30 days ago; answers how many. */
export async function deleteEndedSessions(db: DbOrTx): Promise<number> {
  return db.$executeRaw(Prisma.sql`
    DELETE FROM session WHERE least(expires_at, coalesce(revoked_at, expires_at)) < now() - interval '30 days'`);
}

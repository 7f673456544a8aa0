import { AtollError } from '#server/contract/errors.ts';
import type { TokenScope } from '#server/contract/permissions.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { afterKeyset, type Order, orderAndLimit, type Page, type PageRequest, toPage } from './page.ts';
import type { UserRow } from './user-store.ts';

/** An API token. The token itself is stored only as SHA-256. */
export interface TokenRow {
  id: string;
  userId: string;
  /** null: every project of its user. */
  projectId: string | null;
  name: string;
  /** The first characters, to recognise it. */
  prefix: string;
  scopes: TokenScope[];
  /** Addresses and networks that it may be used from; empty: any. */
  allowedIps: string[];
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  revokedAt: Date | null;
}

const columns = Prisma.sql`t.id, t.user_id AS "userId", t.project_id AS "projectId", t.name, t.prefix, t.scopes,
  coalesce(t.allowed_ips, '{}') AS "allowedIps", t.created_at AS "createdAt", t.expires_at AS "expiresAt",
  t.last_used_at AS "lastUsedAt", t.last_used_ip AS "lastUsedIp", t.revoked_at AS "revokedAt"`;

export interface NewToken {
  userId: string;
  projectId: string | null;
  name: string;
  prefix: string;
  tokenHash: Uint8Array;
  scopes: readonly TokenScope[];
  /** Default: from anywhere. */
  allowedIps?: readonly string[];
  /** At most a year (api.md). */
  ttlSeconds: number;
}

/** Inserts a token. */
export async function insertToken(tx: AtollTx, token: NewToken): Promise<TokenRow> {
  const rows = await tx.$queryRaw<TokenRow[]>(Prisma.sql`
    INSERT INTO api_token AS t (id, user_id, project_id, name, prefix, token_hash, scopes, allowed_ips, expires_at)
    VALUES (${newId()}::uuid, ${token.userId}::uuid, ${token.projectId}::uuid, ${token.name}, ${token.prefix},
      ${token.tokenHash}, ${[...token.scopes]}::text[], ${[...(token.allowedIps ?? [])]}::text[],
      now() + make_interval(secs => ${token.ttlSeconds}::float8))
    RETURNING ${columns}`);
  if (!rows[0]) throw new Error('INSERT … RETURNING answered no row.');
  return rows[0];
}

/** The good token of this hash with its user, or null: expired, revoked, unknown, or the user is disabled. */
export async function findToken(db: DbOrTx, tokenHash: Uint8Array): Promise<{ token: TokenRow; user: UserRow } | null> {
  return findGoodToken(db, Prisma.sql`t.token_hash = ${tokenHash}`);
}

/** As {@link findToken}, for what a token has begun and outlives its requests: a console. */
export async function findTokenById(
  db: DbOrTx,
  ref: { id: string },
): Promise<{ token: TokenRow; user: UserRow } | null> {
  return findGoodToken(db, Prisma.sql`t.id = ${ref.id}::uuid`);
}

async function findGoodToken(db: DbOrTx, which: Prisma.Sql): Promise<{ token: TokenRow; user: UserRow } | null> {
  const rows = await db.$queryRaw<
    (TokenRow & { user: Omit<UserRow, 'createdAt'> & { createdAt: string } })[]
  >(Prisma.sql`
    SELECT ${columns}, jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name, 'role', u.role,
      'disabledAt', NULL, 'createdAt', u.created_at) AS user
    FROM api_token t JOIN "user" u ON u.id = t.user_id
    WHERE ${which} AND t.revoked_at IS NULL AND t.expires_at > now() AND u.disabled_at IS NULL`);
  if (!rows[0]) return null;
  const { user, ...token } = rows[0];
  return { token, user: { ...user, createdAt: new Date(user.createdAt) } };
}

/** Notes that a token is in use, and from where; writes at most once a minute, or when it comes from somewhere else. */
export async function touchToken(db: DbOrTx, ref: { id: string }, ip: string): Promise<void> {
  await db.$executeRaw(Prisma.sql`
    UPDATE api_token SET last_used_at = now(), last_used_ip = ${ip} WHERE id = ${ref.id}::uuid
      AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute' OR last_used_ip IS DISTINCT FROM ${ip})`);
}

const newestFirst: Order = {
  by: Prisma.sql`t.created_at`,
  id: Prisma.sql`t.id`,
  byType: 'timestamptz',
  idType: 'uuid',
  descending: true,
};

/** The tokens of a user, newest first, ended ones among them. */
export async function listTokens(db: DbOrTx, ref: { userId: string }, page: PageRequest): Promise<Page<TokenRow>> {
  const rows = await db.$queryRaw<TokenRow[]>(Prisma.sql`
    SELECT ${columns} FROM api_token t
    WHERE t.user_id = ${ref.userId}::uuid AND ${afterKeyset(newestFirst, page.after)}
    ${orderAndLimit(newestFirst, page.limit)}`);
  return toPage(rows, page.limit, (row) => ({ value: row.createdAt.toISOString(), id: row.id }));
}

/** Revokes every token of a user; answers how many were good. */
export async function revokeTokens(tx: AtollTx, ref: { userId: string }): Promise<number> {
  return tx.$executeRaw(Prisma.sql`
    UPDATE api_token SET revoked_at = now() WHERE user_id = ${ref.userId}::uuid AND revoked_at IS NULL`);
}

/** Revokes a token of a user; again is no error. Throws not_found. */
export async function revokeToken(tx: AtollTx, ref: { userId: string; id: string }): Promise<TokenRow> {
  const rows = await tx.$queryRaw<TokenRow[]>(Prisma.sql`
    UPDATE api_token t SET revoked_at = coalesce(t.revoked_at, now())
    WHERE t.id = ${ref.id}::uuid AND t.user_id = ${ref.userId}::uuid RETURNING ${columns}`);
  if (!rows[0]) throw new AtollError('not_found', 'There is no such token.');
  return rows[0];
}

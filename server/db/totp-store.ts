import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** The authenticator app of a user. `secret` is locked by the web's key. */
export interface TotpRow {
  secret: Uint8Array;
  confirmedAt: Date | null;
  /** The database's clock, seconds since 1970: codes are judged by it, not by ours (security.md 64). */
  nowSeconds: number;
}

/** The authenticator app of a user, or null. */
export async function findTotp(db: DbOrTx, ref: { userId: string }): Promise<TotpRow | null> {
  const rows = await db.$queryRaw<TotpRow[]>(Prisma.sql`
    SELECT secret, confirmed_at AS "confirmedAt", extract(epoch FROM now())::float8 AS "nowSeconds"
    FROM totp_credential WHERE user_id = ${ref.userId}::uuid`);
  return rows[0] ?? null;
}

/** Keeps a seed that awaits its first code; answers false, and changes nothing, where a confirmed one is there. */
export async function putTotp(tx: AtollTx, totp: { userId: string; secret: Uint8Array }): Promise<boolean> {
  const count = await tx.$executeRaw(Prisma.sql`
    INSERT INTO totp_credential (user_id, secret) VALUES (${totp.userId}::uuid, ${totp.secret})
    ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0, created_at = now()
    WHERE totp_credential.confirmed_at IS NULL`);
  return count > 0;
}

/**
 * Uses up the time step of a right code: each works once (RFC 6238 §5.2), also when two come at the same moment. `confirm` is for the
 * first one. Answers whether it could still be used.
 */
export async function spendTotpStep(
  tx: AtollTx,
  ref: { userId: string; step: number },
  options: { confirm?: boolean } = {},
): Promise<boolean> {
  const state = options.confirm ? Prisma.sql`confirmed_at IS NULL` : Prisma.sql`confirmed_at IS NOT NULL`;
  const count = await tx.$executeRaw(Prisma.sql`
    UPDATE totp_credential SET last_step = ${ref.step}::bigint, confirmed_at = coalesce(confirmed_at, now())
    WHERE user_id = ${ref.userId}::uuid AND last_step < ${ref.step}::bigint AND ${state}`);
  return count > 0;
}

/** Forgets the authenticator app, and the recovery codes unless they stand in for passkeys, too. Answers whether there was a confirmed one. */
export async function deleteTotp(tx: AtollTx, ref: { userId: string; keepCodes?: boolean }): Promise<boolean> {
  const rows = await tx.$queryRaw<{ confirmed: boolean }[]>(Prisma.sql`
    DELETE FROM totp_credential WHERE user_id = ${ref.userId}::uuid RETURNING confirmed_at IS NOT NULL AS confirmed`);
  if (!ref.keepCodes) await tx.recoveryCode.deleteMany({ where: { userId: ref.userId } });
  return rows[0]?.confirmed ?? false;
}

/** Replaces the recovery codes. */
export async function putRecoveryCodes(tx: AtollTx, codes: { userId: string; hashes: Uint8Array[] }): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { userId: codes.userId } });
  await tx.recoveryCode.createMany({
    data: codes.hashes.map((codeHash) => ({ id: newId(), userId: codes.userId, codeHash: new Uint8Array(codeHash) })),
  });
}

/** Uses a recovery code up; answers whether it was there and unused. */
export async function spendRecoveryCode(tx: AtollTx, code: { userId: string; hash: Uint8Array }): Promise<boolean> {
  const count = await tx.$executeRaw(Prisma.sql`
    UPDATE recovery_code SET used_at = now()
    WHERE user_id = ${code.userId}::uuid AND code_hash = ${code.hash} AND used_at IS NULL`);
  return count > 0;
}

/** Recovery codes that still work. */
export async function countRecoveryCodes(db: DbOrTx, ref: { userId: string }): Promise<number> {
  return db.recoveryCode.count({ where: { userId: ref.userId, usedAt: null } });
}

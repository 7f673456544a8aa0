import { AtollError } from '#server/contract/errors.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { type BucketPolicy, resetBucket, takeFromBucket } from '#server/db/rate-bucket-store.ts';
import { sha256 } from '#server/platform/hash.ts';
import type { ServiceContext } from '../service-context.ts';

/** Ten wrong guesses at an account, then one in two minutes; sign-in puts it back. */
const accountPolicy: BucketPolicy = { capacity: 10, refillPerSecond: 1 / 120 };
/** A family or an office behind one address; for a botnet the account's bucket counts. */
const addressPolicy: BucketPolicy = { capacity: 50, refillPerSecond: 1 / 6 };

/** Takes an attempt from the address that asks. Throws `rate_limited`. */
export const takeFromAddress = (ctx: ServiceContext): Promise<void> =>
  take(ctx, `sign-in:address:${ctx.ip}`, addressPolicy);

/** Takes an attempt from an account: a directory's users are others than ours. Throws `rate_limited`. */
export const takeFromAccount = (ctx: ServiceContext, account: string): Promise<void> =>
  take(ctx, accountKey(account), accountPolicy);

/**
 * Takes an attempt at the second factor of a user, or at a proof: the password opens no way to endless guesses at six digits.
 * Throws `rate_limited`.
 */
export const takeFromFactor = (ctx: ServiceContext, userId: string): Promise<void> =>
  take(ctx, factorKey(userId), accountPolicy);

/** After a sign-in that succeeded as a whole. */
export async function giveBack(db: DbOrTx, who: { account?: string; userId: string }): Promise<void> {
  if (who.account !== undefined) await resetBucket(db, accountKey(who.account));
  await resetBucket(db, factorKey(who.userId));
}

/** A hash: what people type as e-mail may be their password. */
const accountKey = (account: string): string =>
  `sign-in:account:${Buffer.from(sha256(account.toLowerCase())).toString('hex')}`;
const factorKey = (userId: string): string => `sign-in:factor:${userId}`;

async function take(ctx: ServiceContext, key: string, policy: BucketPolicy): Promise<void> {
  const { allowed, retryAfterSeconds } = await takeFromBucket(ctx.app.db, key, policy);
  if (!allowed) throw new AtollError('rate_limited', 'Too many attempts to sign in.', { retryAfterSeconds });
}

import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx } from '#server/db/client.ts';
import { type Db, inTx } from '#server/db/client.ts';
import { findSetupLink, insertSetupLink, type SetupPurpose } from '#server/db/setup-link-store.ts';
import { hasUsers } from '#server/db/user-store.ts';
import { newToken, sha256 } from '#server/platform/hash.ts';
import type { ServiceContext } from '../service-context.ts';

/** The log is read at once when Atoll is installed; a new link is printed at each start until it was used. */
const firstRunSeconds = 24 * 3600;
/** An admin sends this by hand. */
const resetSeconds = 7 * 24 * 3600;

/** Path of the page that uses a link; the token is in the fragment, which browsers send to nobody. */
const setupPath = (token: string): string => `/setup#token=${token}`;

/**
 * The path of the one-time link that makes the first admin, or null when there are users already. Called by main at each
 * start; a link printed earlier stops working.
 */
export async function issueSetupLink(db: Db): Promise<string | null> {
  return inTx(db, async (tx) => {
    if (await hasUsers(tx)) return null;
    return issueLink(tx, 'first-run', null, firstRunSeconds);
  });
}

/** The path of a one-time link that sets the password of a user; older ones stop working. */
export async function issueResetLink(tx: AtollTx, userId: string): Promise<string> {
  return issueLink(tx, 'reset', userId, resetSeconds);
}

async function issueLink(
  tx: AtollTx,
  purpose: SetupPurpose,
  userId: string | null,
  ttlSeconds: number,
): Promise<string> {
  const { token, hash } = newToken('setup_');
  await insertSetupLink(tx, { tokenHash: hash, purpose, userId, ttlSeconds });
  return setupPath(token);
}

/** What a link is for. Throws `setup_done` when it does not work (any more). */
export async function getSetupInfo(
  ctx: ServiceContext,
  input: { token: string },
): Promise<{ purpose: SetupPurpose; email: string | null }> {
  const link = await findSetupLink(ctx.app.db, sha256(input.token));
  if (!link) throw new AtollError('setup_done');
  return { purpose: link.purpose, email: link.email };
}

import type { SessionMethod } from '#server/contract/sign-in.ts';
import type { AtollTx } from '#server/db/client.ts';
import { insertSession } from '#server/db/session-store.ts';
import { newToken } from '#server/platform/hash.ts';
import type { ServiceContext } from '../service-context.ts';

/** A session lasts two weeks; people of a homelab come back every few days. */
const sessionSeconds = 14 * 24 * 3600;

export interface NewSession {
  sessionId: string;
  /** For the cookie; only its hash is stored. */
  cookie: string;
  expiresAt: Date;
}

/** Begins a session for a user with a fresh cookie: nothing that the browser had before lives on (session fixation). */
export async function beginSession(
  tx: AtollTx,
  ctx: ServiceContext,
  userId: string,
  method: SessionMethod = 'password',
): Promise<NewSession> {
  const { token, hash } = newToken('');
  const sessionId = await insertSession(tx, {
    userId,
    tokenHash: hash,
    ip: ctx.ip,
    userAgent: ctx.userAgent,
    ttlSeconds: sessionSeconds,
    method,
  });
  return { sessionId, cookie: token, expiresAt: new Date(Date.now() + sessionSeconds * 1000) };
}

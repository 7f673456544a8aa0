import { AtollError } from '#server/contract/errors.ts';
import { newId } from '#server/platform/id.ts';
import type { Actor } from '#server/services/access/actor.ts';
import { authenticateSession } from '#server/services/auth/authenticate-session.ts';
import { authenticateToken } from '#server/services/auth/authenticate-token.ts';
import type { WebApp } from '#server/services/service-context.ts';
import type { ApiCall } from './dispatch.ts';
import { takeFromAddress, takeFromCredential } from './rate-limit.ts';
import { readPendingCookie, readSessionCookie } from './session-cookie.ts';

/** Set by server/main/web-server.ts on every request, after what the client sent under these names was dropped. */
export const requestIdHeader = 'x-atoll-request-id';
export const clientAddressHeader = 'x-atoll-client-address';

/**
 * Who asks, as the database says at this moment, with the limits of their credential taken. A token that is not valid is
 * refused at once: falling back to a cookie would answer as somebody else.
 * Throws `unauthenticated` or `rate_limited`.
 */
export async function openCall(app: WebApp, request: { headers: Headers }): Promise<ApiCall> {
  const { headers } = request;
  const ip = addressOf(headers);
  const responseHeaders = new Headers();
  const actor = await findActor(app, headers).catch((error: unknown) => {
    // Guessing tokens costs as much as asking without one.
    takeFromAddress(app.limits, ip, responseHeaders);
    throw error;
  });
  takeFromCredential(app.limits, actor, ip, responseHeaders);
  return {
    app,
    requestId: headers.get(requestIdHeader) ?? newId(),
    ip,
    userAgent: (headers.get('user-agent') ?? '').slice(0, 300),
    actor,
    pendingCookie: readPendingCookie(headers, app.origin),
    responseHeaders,
  };
}

const addressOf = (headers: Headers): string => headers.get(clientAddressHeader) ?? 'unknown';

/** The actor of the credentials in these headers, or null without any. Throws `unauthenticated` for a token that is not valid. */
export async function findActor(app: WebApp, headers: Headers): Promise<Actor | null> {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const token = /^Bearer +(atoll_[A-Za-z0-9_-]{43})$/i.exec(authorization.trim())?.[1];
    const actor = token === undefined ? null : await authenticateToken(app, token, addressOf(headers));
    if (!actor) throw new AtollError('unauthenticated', 'This token is not valid.');
    return actor;
  }
  const cookie = readSessionCookie(headers, app.origin);
  return cookie === null ? null : authenticateSession(app, cookie);
}

/** `__Host-` binds the cookie to this host, to https and to `/` (RFC 6265bis §4.1.3.2); browsers refuse it over plain http. */
export const sessionCookieName = (origin: string): string => (origin.startsWith('https:') ? '__Host-atoll' : 'atoll');

/** Names a sign-in that is not finished; everything about it is kept by the server. */
const pendingCookieName = (origin: string): string => `${sessionCookieName(origin)}-pending`;

/** The session token of a request, or null. */
export const readSessionCookie = (headers: Headers, origin: string): string | null =>
  readCookie(headers, sessionCookieName(origin));

/** What names the sign-in of a request that is not finished, or null. */
export const readPendingCookie = (headers: Headers, origin: string): string | null =>
  readCookie(headers, pendingCookieName(origin));

function readCookie(headers: Headers, name: string): string | null {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** Set-Cookie of a new session; it ends in the browser when it ends in the database. */
export function sessionCookie(origin: string, token: string, expiresAt: Date): string {
  return `${sessionCookieName(origin)}=${token}; ${attributes(origin)}; Expires=${expiresAt.toUTCString()}`;
}

/** Set-Cookie of a sign-in that is not finished. Lax: it must come along on the way back from a provider. */
export function pendingCookie(origin: string, { cookie, ttlSeconds }: { cookie: string; ttlSeconds: number }): string {
  return `${pendingCookieName(origin)}=${cookie}; ${attributes(origin)}; Max-Age=${ttlSeconds}`;
}

/** Set-Cookie that removes it. */
export const expiredPendingCookie = (origin: string): string =>
  `${pendingCookieName(origin)}=; ${attributes(origin)}; Max-Age=0`;

/** Set-Cookie that removes the session from the browser. */
export function expiredSessionCookie(origin: string): string {
  return `${sessionCookieName(origin)}=; ${attributes(origin)}; Max-Age=0`;
}

/** SameSite=Lax: links into Atoll stay signed in, cross-site POST carries nothing. */
function attributes(origin: string): string {
  return `Path=/; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`;
}

/** `__Host-` binds the cookie to this host, to https and to `/` (RFC 6265bis §4.1.3.2); browsers refuse it over plain http. */
export const sessionCookieName = (origin: string): string => (origin.startsWith('https:') ? '__Host-atoll' : 'atoll');

/** The session token of a request, or null. */
export function readSessionCookie(headers: Headers, origin: string): string | null {
  const name = sessionCookieName(origin);
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

/** Set-Cookie that removes the session from the browser. */
export function expiredSessionCookie(origin: string): string {
  return `${sessionCookieName(origin)}=; ${attributes(origin)}; Max-Age=0`;
}

/** SameSite=Lax: links into Atoll stay signed in, cross-site POST carries nothing. */
function attributes(origin: string): string {
  return `Path=/; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`;
}

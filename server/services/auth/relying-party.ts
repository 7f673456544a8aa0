import { isIP } from 'node:net';

/** Who asks for passkeys (WebAuthn's relying party): they belong to the name of this Atoll and work at no other. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/**
 * The relying party of an origin, or null where passkeys are not possible: browsers want a name, not an address, and https
 * (WebAuthn §5.1.3 and §13.4.9; localhost alone may go without).
 */
export function relyingParty(origin: string): RelyingParty | null {
  const { hostname, protocol } = new URL(origin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || (protocol !== 'https:' && !isLocal)) return null;
  return { id: hostname, origin };
}

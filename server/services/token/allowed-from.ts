import { isIP } from 'node:net';
import { holds, networkSet } from '#server/platform/outbound-http/public-address.ts';

/**
 * Whether a token with this list may be used from an address; an empty list allows all. IPv4 inside IPv6 (::ffff:192.0.2.1, as
 * sockets that listen on both tell it) is IPv4. An address that is none, as behind a broken proxy, is allowed nowhere.
 */
export function isAllowedFrom(allowedIps: readonly string[], ip: string): boolean {
  if (allowedIps.length === 0) return true;
  const address = ip.split('%', 1)[0] ?? '';
  return isIP(address) !== 0 && holds(networkSet(allowedIps), address);
}

import net from 'node:net';
import { holds } from '#server/platform/outbound-http/public-address.ts';

/** What a connection says of where a request comes from. */
export interface Connection {
  /** Of the socket; undefined when it is closed already. */
  remoteAddress: string | undefined;
  /** Headers that proxies set, as they came: anybody can send them. */
  forwardedFor: string | string[] | undefined;
  forwardedProto: string | string[] | undefined;
}

/** Where a request comes from, as far as it can be believed. */
export interface Origination {
  /** Address of the client; `unknown` where the socket has none any more. */
  address: string;
  /** What the client spoke with the proxy; null where no trusted proxy says so. */
  protocol: 'http' | 'https' | null;
}

/** Longest chain of proxies that is walked back: each has its place in the header. */
const maxHops = 16;

/**
 * Address and protocol of a client. X-Forwarded-For and -Proto are read only on connections from a trusted proxy, and the first
 * from its end backwards: each proxy appends whom it was asked by, so what stands before the first address that is not a trusted
 * proxy's was written by the client, and is worth nothing (security.md 45).
 */
export function originationOf(connection: Connection, trusted: net.BlockList): Origination {
  let address = plainAddress(connection.remoteAddress ?? '') ?? 'unknown';
  if (!isTrusted(address, trusted)) return { address, protocol: null };
  for (const hop of hopsOf(connection.forwardedFor)) {
    const before = plainAddress(hop);
    // A proxy that hides whom it asks for, or something that is no address: whoever said it is as far as we can see.
    if (before === null) break;
    address = before;
    if (!isTrusted(address, trusted)) break;
  }
  return { address, protocol: protocolOf(connection.forwardedProto) };
}

const isTrusted = (address: string, trusted: net.BlockList): boolean =>
  net.isIP(address) !== 0 && holds(trusted, address);

/** The addresses of a header, last one first. */
function hopsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .slice(-maxHops)
    .reverse()
    .map((hop) => hop.trim());
}

/** An IP address in one spelling: without port, brackets and zone, and IPv4 as itself where a socket of both families maps it. */
function plainAddress(text: string): string | null {
  const bare =
    /^\[([0-9a-fA-F:.]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text)?.[1] ?? text;
  const [address = ''] = bare.split('%', 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (net.isIP(mapped) === 0) return null;
  return mapped.toLowerCase();
}

/** The last proxy overwrites the header; of several values its own is the last. */
function protocolOf(header: string | string[] | undefined): 'http' | 'https' | null {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const last = text.split(',').at(-1)?.trim().toLowerCase();
  return last === 'http' || last === 'https' ? last : null;
}

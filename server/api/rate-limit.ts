import { isIPv6 } from 'node:net';
import { AtollError } from '#server/contract/errors.ts';
import { type Actor, credentialKey } from '#server/services/access/actor.ts';
import type { RequestLimit, RequestLimits } from '#server/services/rate-limit/request-limits.ts';

const perMinute = (name: string, requests: number): RequestLimit => ({
  name,
  capacity: requests,
  refillPerSecond: requests / windowSeconds,
});
/** In which an empty bucket is full again. */
const windowSeconds = 60;

/** A page of the browser makes about ten requests; 50 a second for a minute is a busy script, more is a loop. */
const credentialLimit = perMinute('credential', 3_000);
/** Nobody needs more before they have signed in. */
const addressLimit = perMinute('address', 300);
/** All members and tokens of a project together. */
const projectLimit = perMinute('project', 12_000);

/** Takes a request from the credential, or from the address of who has none. Throws `rate_limited`. */
export function takeFromCredential(limits: RequestLimits, actor: Actor | null, ip: string, headers: Headers): void {
  if (actor) take(limits, credentialLimit, credentialKey(actor), headers);
  else takeFromAddress(limits, ip, headers);
}

/** Takes a request from an address without a credential, or with one that is not valid. Throws `rate_limited`. */
export function takeFromAddress(limits: RequestLimits, ip: string, headers: Headers): void {
  take(limits, addressLimit, networkOf(ip), headers);
}

/** Takes a request from the project. Throws `rate_limited`. */
export function takeFromProject(limits: RequestLimits, projectId: string, headers: Headers): void {
  take(limits, projectLimit, projectId, headers);
}

function take(limits: RequestLimits, limit: RequestLimit, key: string, headers: Headers): void {
  const { allowed, remaining, retryAfterSeconds } = limits.take(limit, key);
  tell(limit, remaining, headers);
  if (!allowed) throw new AtollError('rate_limited', undefined, { retryAfterSeconds });
}

/** IETF draft-ietf-httpapi-ratelimit-headers-09: the policy, and what is left of it. */
function tell({ name, capacity }: RequestLimit, remaining: number, headers: Headers): void {
  headers.append('ratelimit-policy', `"${name}";q=${capacity};w=${windowSeconds}`);
  headers.append('ratelimit', `"${name}";r=${remaining}`);
}

/** IPv6 by its first 64 bits: a subscriber has them all (RFC 6177), and could take each address once. */
function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`;
}

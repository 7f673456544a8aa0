import dns from 'node:dns/promises';
import net from 'node:net';
import { AtollError } from '#server/contract/errors.ts';
import { holds, isPublicAddress } from './public-address.ts';

/** Which addresses Atoll may fetch from on behalf of somebody else (security.md 7, 27, 54). */
export interface UrlPolicy {
  /** Networks that may be fetched from although they are not public: a mirror in the admin's own network. */
  allowed: net.BlockList;
  /** Never, not even where public or allowed: our own database, hosts and listeners. */
  denied: net.BlockList;
  /** Default: every address of the name, from the system's resolver. */
  resolve?: (name: string) => Promise<string[]>;
}

/** A URL with the one address that it may be fetched from: connecting resolves nothing again. */
export interface CheckedUrl {
  url: URL;
  address: string;
}

const forbidden = (why: string): AtollError => new AtollError('url_forbidden', why);

/**
 * Resolves the name of a URL once and refuses it when any of its addresses is not allowed: a name that answers now this,
 * now that is refused as a whole. WHATWG URL has turned decimal, octal and short forms of IPv4 into dotted ones before.
 *
 * @throws AtollError `url_forbidden`, or `download_failed` when the name does not resolve.
 */
export async function checkUrl(text: string, policy: UrlPolicy): Promise<CheckedUrl> {
  if (!URL.canParse(text)) throw forbidden('This is no address.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw forbidden(`Atoll does not fetch by ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw forbidden('The address must not hold a user name or password.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = net.isIP(host) ? [host] : await resolveName(host, policy);
  for (const address of addresses) {
    const allowed = isPublicAddress(address) || (net.isIP(address) !== 0 && holds(policy.allowed, address));
    if (!allowed || holds(policy.denied, address))
      throw forbidden(`${url.hostname} is an address inside a private network.`);
  }
  const [address] = addresses;
  if (address === undefined) throw new AtollError('download_failed', `There is no host ${host}.`);
  return { url, address };
}

async function resolveName(name: string, policy: UrlPolicy): Promise<string[]> {
  try {
    if (policy.resolve) return await policy.resolve(name);
    return (await dns.lookup(name, { all: true })).map((entry) => entry.address);
  } catch (cause) {
    throw new AtollError('download_failed', `The name ${name} cannot be resolved.`, { cause });
  }
}

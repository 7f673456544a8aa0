import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { AtollError } from '#server/contract/errors.ts';
import { type CheckedUrl, checkUrl, type UrlPolicy } from './url-policy.ts';

export interface OpenUrlOptions {
  policy: UrlPolicy;
  signal: AbortSignal;
  /** Milliseconds without a byte after which it is given up; default 30,000. */
  idleMs?: number;
}

const maxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);

const failed = (message: string, cause?: unknown): AtollError => new AtollError('download_failed', message, { cause });

/**
 * Opens a URL for reading. Each redirect, three at most, is checked like the first address; https never goes on to http.
 * What the server says in its body on an error is not repeated to anybody.
 *
 * @throws AtollError `url_forbidden`, `download_failed`; what the signal aborts with.
 */
export async function openUrl(text: string, options: OpenUrlOptions): Promise<http.IncomingMessage> {
  let target = await checkUrl(text, options.policy);
  for (let hop = 0; ; hop += 1) {
    const response = await request(target, options);
    const status = response.statusCode ?? 0;
    if (status === 200) return response;
    response.destroy();
    const { location } = response.headers;
    if (!redirects.has(status) || location === undefined) throw failed(`${target.url.host} answered ${status}.`);
    if (hop === maxRedirects) throw failed(`The address led on more than ${maxRedirects} times.`);
    if (!URL.canParse(location, target.url)) throw failed(`${target.url.host} led on to no address.`);
    const next = new URL(location, target.url);
    if (target.url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new AtollError('url_forbidden', `${target.url.host} led on to an address without encryption.`);
    }
    target = await checkUrl(next.href, options.policy);
  }
}

function request(
  { url, address }: CheckedUrl,
  { signal, idleMs = 30_000 }: OpenUrlOptions,
): Promise<http.IncomingMessage> {
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = get(
      url,
      {
        agent: false,
        signal,
        timeout: idleMs,
        headers: { 'user-agent': 'Atoll', accept: '*/*', 'accept-encoding': 'identity' },
        // The address that was checked, whatever the name says by now (DNS rebinding).
        lookup: (_name, { all }, callback) => {
          const family = net.isIPv6(address) ? 6 : 4;
          if (all) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
      },
      resolve,
    );
    sent.once('timeout', () => sent.destroy(failed(`${url.host} sent nothing for ${idleMs / 1000} s.`)));
    sent.on('error', (error) => {
      if (signal.aborted) reject(signal.reason);
      else reject(error instanceof AtollError ? error : failed(`${url.host}: ${error.message}`, error));
    });
  });
}

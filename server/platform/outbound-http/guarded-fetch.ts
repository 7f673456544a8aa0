import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { AtollError } from '#server/contract/errors.ts';
import { networkSet } from './public-address.ts';
import { checkUrl, type UrlPolicy } from './url-policy.ts';

/** Answers of a provider are keys and tokens: small. */
const maxBytes = 1024 * 1024;
const timeoutMs = 10_000;

/** Metadata services of clouds and whatever else answers to anybody on the link; nobody runs a provider there. */
const denied = networkSet(['169.254.0.0/16', 'fe80::/10']);
const everywhere = networkSet(['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1']);
const nowhere = networkSet([]);

/**
 * A `fetch` for what an admin configured: the origin that they typed may be in a private network, as in a homelab it is; everything that
 * its documents lead to must be that origin or public, and plain http is for the typed origin alone. No redirect is followed, names are
 * resolved once, answers are cut at 1 MiB.
 * @throws AtollError `url_forbidden`, `download_failed`
 */
export function guardedFetch(typed: string, resolve?: UrlPolicy['resolve']) {
  const { origin } = new URL(typed);
  return async (
    address: string,
    options: { method?: string; headers?: Record<string, string>; body?: unknown; signal?: AbortSignal },
  ): Promise<Response> => {
    const own = new URL(address).origin === origin;
    if (!own && new URL(address).protocol !== 'https:')
      throw new AtollError('url_forbidden', 'The provider leads to an address without encryption.');
    const policy: UrlPolicy = { allowed: own ? everywhere : nowhere, denied, ...(resolve && { resolve }) };
    const checked = await checkUrl(address, policy);
    const body = bodyOf(options.body);
    const given = [options.signal, AbortSignal.timeout(timeoutMs)].filter((each) => each !== undefined);
    const response = await send(checked, { ...options, body, signal: AbortSignal.any(given) });
    return toResponse(response);
  };
}

function bodyOf(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string' || body instanceof URLSearchParams) return String(body);
  throw new TypeError('Only text is sent to a provider.');
}

function send(
  { url, address }: { url: URL; address: string },
  options: { method?: string; headers?: Record<string, string>; body: string | null; signal: AbortSignal },
): Promise<http.IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  const length = options.body === null ? {} : { 'content-length': Buffer.byteLength(options.body) };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent: false,
        method: options.method ?? 'GET',
        headers: { ...options.headers, ...length, 'accept-encoding': 'identity' },
        signal: options.signal,
        // The address that was checked, whatever the name says by now (DNS rebinding).
        lookup: (_name, { all }, callback) => {
          const family = net.isIPv6(address) ? 6 : 4;
          if (all) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
      },
      resolve,
    );
    sent.on('error', (cause) => reject(new AtollError('download_failed', `${url.host} does not answer.`, { cause })));
    sent.end(options.body ?? undefined);
  });
}

async function toResponse(message: http.IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      message.destroy();
      throw new AtollError('download_failed', 'The provider sent more than 1 MiB.');
    }
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers))
    for (const each of [value].flat()) if (each !== undefined) headers.append(name, each);
  const status = message.statusCode ?? 502;
  const empty = status === 204 || status === 304 || status < 200;
  return new Response(empty ? null : Buffer.concat(chunks), { status: Math.max(status, 200), headers });
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { clientAddressHeader, requestIdHeader } from '#server/api/open-call.ts';
import { newId } from '#server/platform/id.ts';
import type { Log } from '#server/platform/log.ts';
import type { ConsoleProxy } from './console-proxy.ts';
import type { WebDoor } from './door.ts';
import { originationOf } from './forwarded.ts';
import { newNonce, pagePolicy, securityHeaders } from './web-headers.ts';

export interface WebServerOptions {
  door: WebDoor;
  /** Draws pages: Next's request handler. */
  pages: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** WebSockets of consoles: the only upgrade there is. */
  consoles: Pick<ConsoleProxy, 'upgrade'>;
  origin: string;
  /** Proxies whose X-Forwarded-For and -Proto are believed. */
  trustedProxies: BlockList;
  log: Log;
  /** Milliseconds until a body that is no upload must be there; default 30 s. */
  bodyMs?: number | undefined;
}

/** A connection on which nothing moves is closed; the event stream beats every 15 s, `?wait=` ends after 60 s. */
const idleMs = 120_000;

/**
 * The HTTP server of the web process. `/api/` is answered here, without Next; everything else is a page. What clients could use to
 * steer Next from outside is taken off first, and nothing is upgraded but the WebSockets of consoles.
 */
export function createWebServer(options: WebServerOptions): Server {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.log.error({ err: error, url: request.url }, 'a request broke');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // Uploads may take hours as long as bytes come; headers must not.
  server.requestTimeout = 0;
  server.headersTimeout = 20_000;
  server.timeout = idleMs;
  server.on('upgrade', (request, socket, head) => {
    options.consoles.upgrade(request, socket, head).catch((error: unknown) => {
      options.log.error({ err: error }, 'an upgrade broke');
      socket.destroy();
    });
  });
  return server;
}

/** What is sent may take as long as it likes only here; the connection is watched by {@link idleMs}. */
const uploadPath = /^\/api\/v1\/(?:images\/[^/]+|hosts\/[^/]+\/container-images)\/data$/;
/** JSON of at most 1 MiB comes in less, even over a bad line; a byte a minute would keep its connection for days. */
const defaultBodyMs = 30_000;
/** Pages take nothing but a few preferences, and Next would read a body of any size into memory. */
const maxPageBodyBytes = 16_384;

/** Cuts a client that does not get its body over in time. */
function expectBody(request: IncomingMessage, bodyMs: number): void {
  const cut = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, bodyMs);
  cut.unref();
  request.once('close', () => clearTimeout(cut));
}

/** Whether a body is larger than a page takes, or does not say how large it is. */
function isTooMuchForPage({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxPageBodyBytes;
}

async function answer(options: WebServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { door, pages, origin, trustedProxies } = options;
  const path = pathOf(request.url ?? '');
  for (const [name, value] of securityHeaders(origin)) response.setHeader(name, value);
  const from = originationOf(
    {
      remoteAddress: request.socket.remoteAddress,
      forwardedFor: request.headers['x-forwarded-for'],
      forwardedProto: request.headers['x-forwarded-proto'],
    },
    trustedProxies,
  );
  const requestId = prepare(request, origin, from.address);
  response.setHeader('x-request-id', requestId);
  if (path === null) {
    response.writeHead(400).end();
    return;
  }
  if (from.protocol === 'http' && origin.startsWith('https:') && path !== '/api/health') {
    refusePlain(request, response, origin);
    return;
  }
  if (!uploadPath.test(path)) expectBody(request, options.bodyMs ?? defaultBodyMs);
  const handler = handlerOf(door, path);
  if (handler) {
    await send(await handler(toRequest(request, response, origin)), response);
    drain(request);
    return;
  }

  if (isTooMuchForPage(request)) {
    response.writeHead(413).end();
    drain(request);
    return;
  }
  const nonce = newNonce();
  const policy = pagePolicy(nonce);
  // Next reads the nonce for its own scripts from this header of the request.
  request.headers['content-security-policy'] = policy;
  response.setHeader('content-security-policy', policy);
  await pages(request, response);
}

/**
 * What came to the proxy without TLS although Atoll is at an https address: a page sends the browser there; anything else is refused,
 * since a password or token in it is known to the network by now and following a redirect would only hide that.
 */
function refusePlain(request: IncomingMessage, response: ServerResponse, origin: string): void {
  const isPage = request.method === 'GET' && !request.url?.startsWith('/api/');
  if (isPage) response.writeHead(308, { location: `${origin}${request.url}` });
  else response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(isPage ? undefined : `Use ${origin}: what is sent without TLS can be read on its way.\n`);
  drain(request);
}

function handlerOf(door: WebDoor, path: string): ((request: Request) => Promise<Response>) | null {
  if (path.startsWith('/api/v1/')) return door.rest;
  if (path.startsWith('/api/trpc/')) return door.trpc;
  if (path === '/api/health') return door.health;
  return null;
}

/** The path of an origin-form target (RFC 9112 §3.2.1); null for every other form (security.md 45). */
function pathOf(target: string): string | null {
  if (!target.startsWith('/') || target.startsWith('//') || target.includes('\\')) return null;
  return target.split(/[?#]/, 1)[0] ?? null;
}

/** Headers that Next or we would believe although they come from outside. */
const dropped = [
  'x-middleware-subrequest',
  'x-middleware-subrequest-id',
  'x-middleware-rewrite',
  'x-middleware-next',
  'next-action',
  'x-nextjs-data',
  'x-invoke-path',
  'x-invoke-query',
  'x-invoke-output',
  'x-matched-path',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'content-security-policy',
  'content-security-policy-report-only',
];

/** Makes the headers of a request ours: the fixed origin as its host, its id, and the address it came from. */
function prepare(request: IncomingMessage, origin: string, address: string): string {
  for (const name of dropped) delete request.headers[name];
  const requestId = newId();
  request.headers.host = new URL(origin).host;
  request.headers[requestIdHeader] = requestId;
  request.headers[clientAddressHeader] = address;
  return requestId;
}

/** A Request whose signal is aborted when the client goes away. */
function toRequest(request: IncomingMessage, response: ServerResponse, origin: string): Request {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) headers.append(name, each);
  }
  const method = request.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`${origin}${request.url}`, {
    method,
    headers,
    signal: gone.signal,
    ...(hasBody && { body: bodyOf(request), duplex: 'half' }),
  });
}

/**
 * The body of a request. A reader that gives up, as with one that is too large, does not cut the connection as Readable.toWeb would: the
 * client could not read why.
 */
function bodyOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      // The iterator listens for as long as it lives, and nothing flows to a listener: the next request would wait behind this one.
      async cancel() {
        await chunks.return?.();
        request.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What a refused client still sends is read and thrown away for so long; then the connection is cut. */
const drainMs = 30_000;

function drain(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const cut = setTimeout(() => request.socket.destroy(), drainMs);
  request.once('close', () => clearTimeout(cut));
}

async function send(answered: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answered.status;
  answered.headers.forEach((value, name) => {
    if (name !== 'set-cookie') response.setHeader(name, value);
  });
  const cookies = answered.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (!answered.body) {
    response.end();
    return;
  }
  response.flushHeaders();
  // A client that goes away in the middle is no failure.
  await pipeline(Readable.fromWeb(answered.body as import('node:stream/web').ReadableStream), response).catch(
    () => undefined,
  );
}

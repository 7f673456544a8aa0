import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenScope } from '#server/contract/permissions.ts';
import { createDb, type Db, inTx } from '#server/db/client.ts';
import { ensureRoles } from '#server/db/roles.ts';
import { insertSession } from '#server/db/session-store.ts';
import { putSetting } from '#server/db/setting-store.ts';
import { insertToken } from '#server/db/token-store.ts';
import { ConsoleProxy } from '#server/main/console-proxy.ts';
import { logChannel } from '#server/main/log-channel.ts';
import { OutboxPublisher } from '#server/main/outbox-publisher.ts';
import { startOutboxReader } from '#server/main/outbox-reader.ts';
import { createWebDoor } from '#server/main/web-door.ts';
import { createWebServer } from '#server/main/web-server.ts';
import { silentBell } from '#server/operations/engine/bell.ts';
import { newToken } from '#server/platform/hash.ts';
import { createLog } from '#server/platform/log.ts';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import { newSealingKeys } from '#server/platform/sealing.ts';
import { secret } from '#server/platform/secret.ts';
import { vaultKeyOf } from '#server/platform/vault.ts';
import { ChangeFeed } from '#server/services/event/change-feed.ts';
import { RequestLimits } from '#server/services/rate-limit/request-limits.ts';
import type { WebApp } from '#server/services/service-context.ts';
import { createTestDatabase } from './test-database.ts';

export interface WebRequest {
  method?: string;
  body?: unknown;
  /** As it is, instead of `body` as JSON. */
  rawBody?: string | Uint8Array;
  token?: string;
  cookie?: string;
  headers?: Record<string, string>;
}

export interface WebAnswer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** A web process as it is started, on a database of its own and as the role of the web; without Next's pages and without a worker. */
export interface WebTestbed {
  app: WebApp;
  /** As which the database is owned, and as which the web connects. */
  databaseUrl: string;
  webUrl: string;
  /** As which a worker connects. */
  workerUrl: string;
  /** As the owner of the database, for what the web may not do. */
  owner: Db;
  /** Where it listens. */
  url: string;
  /** What its Origin check wants. */
  origin: string;
  /** A request below `/api/v1`. POST gets an Idempotency-Key unless one is given. */
  rest<Body = Record<string, unknown>>(path: string, request?: WebRequest): Promise<WebAnswer<Body>>;
  /** A tRPC procedure, as the browser calls it. */
  trpc<Data = Record<string, unknown>>(
    name: string,
    kind: 'query' | 'mutation',
    input: unknown,
    request?: WebRequest,
  ): Promise<
    WebAnswer<{ result?: { data: Data }; error?: { data: { code: string; problem: Record<string, unknown> } } }>
  >;
  /** A cookie header of a fresh session. */
  sessionOf(userId: string, options?: { elevatedSeconds: number }): Promise<string>;
  /** A fresh API token. */
  tokenOf(userId: string, scopes: readonly TokenScope[], options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
}

export interface TokenOptions {
  projectId?: string;
  /** Negative: expired already. */
  ttlSeconds?: number;
}

/** Starts one; `stop` removes everything. */
export async function startWebTestbed(
  options: {
    trustedProxies?: string[];
    origin?: string;
    /** Milliseconds until a request must be there, body and all. */
    bodyMs?: number;
    /** A second process on the database of this one; it is stopped first. */
    beside?: WebTestbed;
  } = {},
): Promise<WebTestbed> {
  const { beside } = options;
  const database = beside ? { url: beside.databaseUrl, drop: async () => undefined } : await createTestDatabase();
  const password = () => secret(randomBytes(24).toString('base64url'));
  const urls = beside ?? (await ensureRoles(database.url, { web: password(), worker: password() }));
  const { webUrl, workerUrl } = urls;
  const owner = createDb(database.url, { max: 2 });
  await putSetting(owner, 'sealingPublicKey', (await newSealingKeys()).public);
  await putSetting(owner, 'sshIdentity', { publicKey: 'ssh-ed25519 AAAA atoll', fingerprint: 'SHA256:test' });
  const db = createDb(webUrl, { max: 10 });
  const dataDir = await mkdtemp(join(tmpdir(), 'atoll-web-'));
  await mkdir(join(dataDir, 'images'));
  await mkdir(join(dataDir, 'uploads'));
  const log = createLog({ process: 'web', level: process.env.ATOLL_TEST_LOG === undefined ? 'silent' : 'warn' });
  const feed = new ChangeFeed();
  const limits = new RequestLimits();
  const { origin = 'http://atoll.test' } = options;
  const cursorKey = secret(randomBytes(32).toString('base64url'));
  const webKey = vaultKeyOf(secret(randomBytes(32).toString('base64url')));
  const app: WebApp = {
    db,
    log,
    bell: silentBell,
    limits,
    feed,
    origin,
    cursorKey,
    webKey,
    dataDir,
    version: '0.0.0-test',
    logs: logChannel(db),
  };
  const publisher = new OutboxPublisher({ db, log });
  publisher.start();
  const reader = await startOutboxReader({ db, url: webUrl, feed, log });
  const pages = async (_: unknown, response: { writeHead(status: number): { end(): void } }): Promise<void> =>
    response.writeHead(404).end();
  const trustedProxies = networkSet(options.trustedProxies ?? []);
  const consoles = new ConsoleProxy({ db, origin, trustedProxies, log });
  const server = createWebServer({
    door: createWebDoor(app, 'test'),
    pages,
    consoles,
    origin,
    trustedProxies,
    log,
    bodyMs: options.bodyMs,
  });
  const url = await listen(server);

  const send = async <Body>(path: string, request: WebRequest): Promise<WebAnswer<Body>> => {
    const method = request.method ?? 'GET';
    const headers = new Headers(request.headers);
    if (request.token) headers.set('authorization', `Bearer ${request.token}`);
    if (request.cookie) headers.set('cookie', request.cookie);
    if (method !== 'GET' && !request.token && !headers.has('origin')) headers.set('origin', origin);
    const body = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    const response = await fetch(url + path, { method, headers, body: body as BodyInit });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as Body,
    };
  };

  return {
    app,
    databaseUrl: database.url,
    webUrl,
    workerUrl,
    owner,
    url,
    origin,
    rest: (path, request = {}) => {
      const key: Record<string, string> =
        request.method === 'POST' ? { 'idempotency-key': randomBytes(12).toString('hex') } : {};
      return send(`/api/v1${path}`, { ...request, headers: { ...key, ...request.headers } });
    },
    trpc: (name, kind, input, request = {}) =>
      kind === 'query'
        ? send(`/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`, request)
        : send(`/api/trpc/${name}`, { ...request, method: 'POST', body: input }),
    // Elevated for as long as it lives: only the tests of step-up are about that.
    async sessionOf(userId, options = { elevatedSeconds: 3600 }) {
      const { token, hash } = newToken('');
      await inTx(db, (tx) =>
        insertSession(tx, {
          userId,
          tokenHash: hash,
          ip: '127.0.0.1',
          userAgent: 'test',
          ttlSeconds: 3600,
          ...options,
        }),
      );
      return `atoll=${token}`;
    },
    async tokenOf(userId, scopes, options = {}) {
      const { token, hash, hint } = newToken('atoll_');
      const { projectId = null, ttlSeconds = 3600 } = options;
      const row = { userId, projectId, name: 'test', prefix: hint, tokenHash: hash, scopes, ttlSeconds };
      await inTx(db, (tx) => insertToken(tx, row));
      return token;
    },
    async stop() {
      consoles.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([publisher.stop(), reader.stop()]);
      await db.$disconnect();
      await owner.$disconnect();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

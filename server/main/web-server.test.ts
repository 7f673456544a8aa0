import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWebTestbed, type WebTestbed } from '#server/testing/web-testbed.ts';

let web: WebTestbed;
beforeAll(async () => {
  web = await startWebTestbed();
});
afterAll(() => web.stop());

/** Says something on a raw connection; answers all that comes until the server closes it. */
function say(text: string): Promise<string> {
  const { hostname, port } = new URL(web.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

it.each([
  'GET http://127.0.0.1/api/health HTTP/1.1',
  'GET http://internal.example/ HTTP/1.1',
  'GET //evil.example/ HTTP/1.1',
  'OPTIONS * HTTP/1.1',
])('refuses the target of %s', async (line) => {
  expect(await say(`${line}\r\nHost: atoll.test\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
});

it('upgrades no connection that is not a WebSocket of a console from its own origin', async () => {
  for (const target of ['/', '/api/v1/events', 'http://127.0.0.1:1/x']) {
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    expect(await say(`GET ${target} HTTP/1.1\r\nHost: atoll.test\r\n${upgrade}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4\d\d /);
  }
});

it('believes neither Host nor what proxies are said to have forwarded', async () => {
  const spoofed = [
    'Host: evil.example',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-For: 203.0.113.9',
    'X-Atoll-Client-Address: 203.0.113.9',
    'Forwarded: for=203.0.113.9',
  ].join('\r\n');
  const answer = await say(`GET /api/v1/openapi.json HTTP/1.1\r\n${spoofed}\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).not.toContain('evil.example');
  const body = JSON.stringify({ email: 'nobody@example.org', password: 'x' });
  const head = `Origin: http://atoll.test\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  await say(`POST /api/trpc/auth.signIn HTTP/1.1\r\n${spoofed}\r\n${head}\r\nConnection: close\r\n\r\n${body}`);
  const audits = await web.owner.audit.findMany({ where: { action: 'auth.signIn' } });
  expect(audits.map((audit) => audit.ip)).toEqual(['127.0.0.1']);
});

it('answers the next request of a connection on which a body was refused half-way', async () => {
  const length = 3 * 2 ** 20;
  const head = `POST /api/trpc/auth.signIn HTTP/1.1\r\nHost: atoll.test\r\nOrigin: http://atoll.test`;
  const body = `${head}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
  const answer = await say(`${body}GET /api/health HTTP/1.1\r\nHost: atoll.test\r\nConnection: close\r\n\r\n`);
  expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
});

it('cuts a client that does not get its request over, and no other', async () => {
  const impatient = await startWebTestbed({ bodyMs: 300 });
  const { hostname, port } = new URL(impatient.url);
  /** Sends a byte from time to time; answers whether the server hung up. */
  const trickle = (path: string) =>
    new Promise<boolean>((resolve) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: atoll.test\r\nOrigin: http://atoll.test`;
      const type = 'Content-Type: application/json\r\nContent-Length: 5000';
      const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\n${type}\r\n\r\n{`));
      const drops = setInterval(() => socket.write(' '), 50);
      const end = (isCut: boolean) => {
        clearInterval(drops);
        clearTimeout(patience);
        socket.destroy();
        resolve(isCut);
      };
      const patience = setTimeout(() => end(false), 60_000);
      socket.on('error', () => end(true));
      socket.on('close', () => end(true));
    });
  try {
    expect(await trickle('/api/trpc/auth.signIn')).toBe(true);
    expect((await fetch(`${impatient.url}/api/health`)).status).toBe(200);
  } finally {
    await impatient.stop();
  }
});

it('lets no page read a large body, or one that does not say how large it is', async () => {
  const put = (body: BodyInit, more: object = {}) =>
    fetch(`${web.url}/api/preferences`, { method: 'PUT', body, ...more } as RequestInit);
  expect((await put('x'.repeat(16_385))).status).toBe(413);
  const endless = (async function* () {
    yield Buffer.from('x');
  })();
  expect((await put(endless as unknown as BodyInit, { duplex: 'half' })).status).toBe(413);
  expect((await put('{}')).status).toBe(404);
});

it('gives every answer its headers, and pages a policy with a nonce of their own', async () => {
  const pages = [await fetch(`${web.url}/somewhere`), await fetch(`${web.url}/somewhere`)];
  const policies = pages.map((page) => page.headers.get('content-security-policy') ?? '');
  for (const policy of policies)
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']{22,}' 'strict-dynamic'.*frame-ancestors 'none'/);
  expect(policies[0]).not.toBe(policies[1]);
  const api = await fetch(`${web.url}/api/v1/nothing`);
  for (const { headers } of [...pages, api]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('strict-transport-security')).toBeNull();
  }
});

it('answers that it is well while PostgreSQL answers', async () => {
  const health = await fetch(`${web.url}/api/health`);
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok', version: '0.0.0-test' }]);
});

it('believes a trusted proxy, and it alone, about the client and its protocol', async () => {
  const proxied = await startWebTestbed({ trustedProxies: ['127.0.0.1'], origin: 'https://atoll.test' });
  const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
    fetch(proxied.url + path, { method, headers, redirect: 'manual' });
  try {
    const body = JSON.stringify({ email: 'nobody@example.org', password: 'x' });
    const headers = { origin: 'https://atoll.test', 'content-type': 'application/json' };
    const forwarded = { 'x-forwarded-for': '192.0.2.66, 203.0.113.9', 'x-forwarded-proto': 'https' };
    await fetch(`${proxied.url}/api/trpc/auth.signIn`, { method: 'POST', headers: { ...headers, ...forwarded }, body });
    const audits = await proxied.owner.audit.findMany({ where: { action: 'auth.signIn' } });
    expect(audits.map((audit) => audit.ip)).toEqual(['203.0.113.9']);

    const plain = { 'x-forwarded-proto': 'http' };
    const page = await ask('/projects?x=1', plain);
    expect([page.status, page.headers.get('location')]).toEqual([308, 'https://atoll.test/projects?x=1']);
    expect((await ask('/api/v1/hosts', { ...plain, authorization: 'Bearer x' })).status).toBe(403);
    expect((await ask('/api/health', plain)).status).toBe(200);
    expect((await ask('/somewhere', { 'x-forwarded-proto': 'https' })).status).toBe(404);

    // Who guesses tokens is held back by their address, and nobody else is.
    const guess = (from: string) =>
      ask('/api/v1/hosts', { authorization: `Bearer atoll_${'x'.repeat(43)}`, 'x-forwarded-for': from });
    const statuses = new Set<number>();
    for (let round = 0; round < 100 && !statuses.has(429); round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => guess(`2001:db8:0:1::${at}`)));
      for (const { status } of answers) statuses.add(status);
    }
    expect([...statuses]).toEqual([401, 429]);
    expect((await guess('2001:db8:0:2::1')).status).toBe(401);
  } finally {
    await proxied.stop();
  }
  // Not from a proxy that is trusted: no redirect on its word.
  expect((await fetch(`${web.url}/somewhere`, { headers: { 'x-forwarded-proto': 'http' } })).status).toBe(404);
});

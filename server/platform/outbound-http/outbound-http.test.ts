import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { downloadFile } from './download-file.ts';
import { isPublicAddress, networkSet } from './public-address.ts';
import { checkUrl, type UrlPolicy } from './url-policy.ts';

const none = networkSet([]);
const strict: UrlPolicy = { allowed: none, denied: none, resolve: async () => ['93.184.215.14'] };
const loopback: UrlPolicy = { allowed: networkSet(['127.0.0.0/8']), denied: none };
const body = Buffer.alloc(300_000, 'atoll');

let server: http.Server;
let base: string;
let folder: string;
let seen: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'atoll-download-'));
  server = http.createServer((request, response) => {
    seen.push(request.url ?? '');
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
    if (to !== null) return void response.writeHead(302, { location: to }).end('secret body');
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': body.length });
      return void response.write(body.subarray(0, 1000), () => request.socket.destroy());
    }
    if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end();
    if (request.url === '/missing') return void response.writeHead(404).end('secret body');
    if (request.url === '/silent') return void response.writeHead(200).flushHeaders();
    response.writeHead(200, request.url === '/chunked' ? {} : { 'content-length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function download(
  url: string,
  changes: { policy?: UrlPolicy; maxBytes?: number; idleMs?: number; signal?: AbortSignal } = {},
) {
  seen = [];
  const options = {
    policy: loopback,
    maxBytes: 1e6,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  return downloadFile(url, path.join(folder, 'file'), { ...options, ...changes });
}

test('a file arrives whole, private, with its checksums and its progress', async () => {
  for (const url of ['/plain', '/chunked']) {
    const steps: (number | null)[] = [];
    const { signal } = new AbortController();
    const onProgress = (done: number) => steps.push(done);
    const target = path.join(folder, 'file');
    const facts = await downloadFile(base + url, target, { policy: loopback, maxBytes: 1e6, signal, onProgress });
    expect(facts).toEqual({
      sizeBytes: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
      sha512: createHash('sha512').update(body).digest('hex'),
    });
    expect(await readFile(target)).toEqual(body);
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    expect(steps.at(-1)).toBe(body.length);
  }
});

test('addresses that are not public are refused in every spelling', async () => {
  const urls = [
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://0/',
    'http://10.0.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://①②⑦.⓪.⓪.①/',
    'file:///etc/passwd',
    'gopher://example.org/',
    'ftp://example.org/',
    'data:text/plain,x',
    'http://user:pass@example.org/',
    'not a url',
  ];
  for (const url of urls) await expect(checkUrl(url, strict), url).rejects.toMatchObject({ code: 'url_forbidden' });
});

test('public addresses pass; our own never do', async () => {
  expect(await checkUrl('https://example.org:8443/a', strict)).toMatchObject({ address: '93.184.215.14' });
  expect(isPublicAddress('2606:4700::1111')).toBe(true);
  const own = { ...strict, denied: networkSet(['93.184.215.14']) };
  await expect(checkUrl('https://example.org/', own)).rejects.toMatchObject({ code: 'url_forbidden' });
  const both = { ...strict, allowed: networkSet(['10.0.0.0/8']), denied: networkSet(['10.0.0.5/32']) };
  expect((await checkUrl('http://10.0.0.4/', both)).address).toBe('10.0.0.4');
  await expect(checkUrl('http://10.0.0.5/', both)).rejects.toMatchObject({ code: 'url_forbidden' });
});

test('a name with one private address among public ones is refused; one that flips is resolved once', async () => {
  const mixed = { ...strict, resolve: async () => ['93.184.215.14', '10.0.0.1'] };
  await expect(checkUrl('http://example.org/', mixed)).rejects.toMatchObject({ code: 'url_forbidden' });
  const port = new URL(base).port;
  let asked = 0;
  const flip = { ...loopback, resolve: async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']) };
  expect((await download(`http://rebind.test:${port}/plain`, { policy: flip })).sizeBytes).toBe(body.length);
  expect(asked).toBe(1);
});

test('redirects are followed three times and checked each time', async () => {
  expect((await download(`${base}/?to=/plain`)).sizeBytes).toBe(body.length);
  await expect(download(`${base}/loop`)).rejects.toMatchObject({ code: 'download_failed' });
  expect(seen).toHaveLength(4);
  for (const to of ['http://169.254.169.254/', 'file:///etc/passwd', 'http://[::1]:5432/']) {
    await expect(download(`${base}/?to=${encodeURIComponent(to)}`)).rejects.toMatchObject({ code: 'url_forbidden' });
    expect(seen).toHaveLength(1);
  }
});

test('failures say what happened and never what the server wrote', async () => {
  await expect(download(`${base}/missing`)).rejects.toThrow(/answered 404\.$/);
  await expect(download(`${base}/cut`)).rejects.toMatchObject({ code: 'download_failed' });
  await expect(download(`${base}/plain`, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'download_failed' });
  await expect(download(`${base}/chunked`, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'download_failed' });
  await expect(download(`${base}/silent`, { idleMs: 100 })).rejects.toMatchObject({ code: 'download_failed' });
  await expect(download('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'download_failed' });
});

test('a download that is given up ends with the reason', async () => {
  const stop = new AbortController();
  const running = download(`${base}/silent`, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

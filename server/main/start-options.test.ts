import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readStartOptions } from './start-options.ts';

it('reads what is usual without anything said', () => {
  expect(readStartOptions([], {})).toEqual({
    port: 3000,
    listen: '127.0.0.1',
    dataDir: resolve('data'),
    addLocalHost: false,
    seedImage: null,
    origin: 'http://127.0.0.1:3000',
    trustedProxies: [],
    databaseUrl: null,
  });
});

it('makes an origin that a browser can open', () => {
  const originOf = (args: string[], env = {}) => readStartOptions(args, env)?.origin;
  expect(originOf(['--host', '0.0.0.0', '--port', '80'])).toBe('http://localhost');
  expect(originOf(['--host', '::1'])).toBe('http://[::1]:3000');
  expect(originOf([], { ATOLL_ORIGIN: 'https://cloud.example.org/' })).toBe('https://cloud.example.org');
});

it('takes the proxies that are trusted from the command line, or from the environment', () => {
  const proxiesOf = (args: string[], env = {}) => readStartOptions(args, env)?.trustedProxies;
  expect(proxiesOf([], { ATOLL_TRUSTED_PROXIES: '127.0.0.1, fd00::/8' })).toEqual(['127.0.0.1', 'fd00::/8']);
  expect(proxiesOf(['--trusted-proxies', '10.0.0.0/8'], { ATOLL_TRUSTED_PROXIES: '::1' })).toEqual(['10.0.0.0/8']);
  for (const wrong of ['10.0.0.0/33', 'proxy.example.org', '10.0.0', '*'])
    expect(() => readStartOptions(['--trusted-proxies', wrong], {}), wrong).toThrow('--trusted-proxies');
});

it('refuses what cannot be meant, and says so', () => {
  for (const port of ['0', '65536', '-1', '3e3', 'http', ''])
    expect(() => readStartOptions([`--port=${port}`], {}), port).toThrow('a port is a number');
  expect(() => readStartOptions(['--prot', '3000'], {})).toThrow('--prot');
  expect(() => readStartOptions([], { DATABASE_URL: 'mysql://x' })).toThrow('postgresql://');
  expect(() => readStartOptions([], { ATOLL_ORIGIN: 'cloud.example.org' })).toThrow('an origin is an address');
  expect(readStartOptions(['--help'], {})).toBeNull();
});

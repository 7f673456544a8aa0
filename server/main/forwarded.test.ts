import { expect, it } from 'vitest';
import { networkSet } from '#server/platform/outbound-http/public-address.ts';
import { originationOf } from './forwarded.ts';

const proxies = networkSet(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);

const addressOf = (remoteAddress: string | undefined, forwardedFor?: string | string[]): string =>
  originationOf({ remoteAddress, forwardedFor, forwardedProto: undefined }, proxies).address;

it('believes nobody but a trusted proxy', () => {
  expect(addressOf('198.51.100.7', '203.0.113.9')).toBe('198.51.100.7');
  expect(addressOf('::ffff:198.51.100.7', '203.0.113.9')).toBe('198.51.100.7');
  expect(
    originationOf({ remoteAddress: '10.0.0.1', forwardedFor: '203.0.113.9', forwardedProto: 'https' }, networkSet([])),
  ).toEqual({
    address: '10.0.0.1',
    protocol: null,
  });
  expect(addressOf(undefined, '203.0.113.9')).toBe('unknown');
});

it.each([
  ['one proxy', '203.0.113.9', '203.0.113.9'],
  ['a client that writes the header itself', '127.0.0.1, 192.0.2.66, 203.0.113.9', '203.0.113.9'],
  ['a chain of proxies', '192.0.2.66, 203.0.113.9, 10.9.9.9, fd00::1', '203.0.113.9'],
  ['a client that pretends to be a chain', '10.1.1.1, 203.0.113.9, 10.9.9.9', '203.0.113.9'],
  ['a header in several lines', ['192.0.2.66', '203.0.113.9'], '203.0.113.9'],
  ['an address with a port', '203.0.113.9:51234', '203.0.113.9'],
  ['IPv6', '2001:DB8::1', '2001:db8::1'],
  ['IPv6 with a port', '[2001:db8::1]:443', '2001:db8::1'],
  ['a client in the network of the proxies', '10.7.7.7', '10.7.7.7'],
  ['no header', undefined, '10.0.0.1'],
  ['an empty header', '', '10.0.0.1'],
  ['rubbish', 'unknown', '10.0.0.1'],
  ['rubbish behind an address', '203.0.113.9, <script>', '10.0.0.1'],
  ['a header longer than any chain', `203.0.113.9${', 10.0.0.2'.repeat(5_000)}`, '10.0.0.2'],
])('finds the client behind %s', (_, header, client) => {
  expect(addressOf('10.0.0.1', header)).toBe(client);
});

it('reads the protocol of the last proxy', () => {
  const protocolOf = (forwardedProto: string | undefined, remoteAddress = '127.0.0.1') =>
    originationOf({ remoteAddress, forwardedFor: undefined, forwardedProto }, proxies).protocol;
  expect(protocolOf('https')).toBe('https');
  expect(protocolOf('https, http')).toBe('http');
  expect(protocolOf('gopher')).toBeNull();
  expect(protocolOf(undefined)).toBeNull();
  expect(protocolOf('https', '203.0.113.9')).toBeNull();
});

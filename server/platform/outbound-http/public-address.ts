import net from 'node:net';

/**
 * Networks that are not the public internet: IANA's special-purpose registries for IPv4 (RFC 6890 and its updates) and
 * IPv6, multicast, and the ways to write an IPv4 address inside an IPv6 one (NAT64, 6to4, Teredo), which otherwise lead
 * around the first half of the table. BlockList itself reads IPv4-mapped addresses (::ffff:127.0.0.1) as IPv4.
 */
const specialNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** A set of networks in CIDR notation. @throws TypeError when one cannot be read. */
export function networkSet(networks: readonly string[]): net.BlockList {
  const set = new net.BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    const family = net.isIP(address);
    const bits = Number(prefix || (family === 4 ? 32 : 128));
    if (family === 0 || !Number.isInteger(bits)) throw new TypeError(`${network} is no network such as 192.0.2.0/24.`);
    set.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return set;
}

const special = networkSet(specialNetworks);

/** Whether the set holds an IP address as node:net writes it. */
export function holds(set: net.BlockList, address: string): boolean {
  return set.check(address, net.isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Whether an IP literal lies in the public internet. Zone indices (fe80::1%eth0) never do. */
export function isPublicAddress(address: string): boolean {
  return net.isIP(address) !== 0 && !address.includes('%') && !holds(special, address);
}

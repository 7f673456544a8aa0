import { z } from 'zod';

const prefixBits = (family: 4 | 6): number => (family === 4 ? 32 : 128);
const ipv4 = z.ipv4();
const ipv6 = z.ipv6();

/** An IP address, or a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3): `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`. */
export const addressOrNetworkSchema = z
  .string()
  .trim()
  .max(60)
  .refine(isAddressOrNetwork, 'Write an address such as 203.0.113.7 or a network such as 10.0.0.0/8 or 2001:db8::/32.');

function isAddressOrNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const family = ipv4.safeParse(address).success ? 4 : ipv6.safeParse(address).success ? 6 : null;
  if (family === null || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= prefixBits(family));
}

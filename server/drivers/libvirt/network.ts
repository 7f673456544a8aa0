import { LIBVIRT_ERROR_CODES as CODES, LibvirtError } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { Network } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { DriverError } from '../driver.ts';
import { isTag, TAG_NAMESPACE } from './domain-tag.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { OWN_NETWORK_NAME } from './names.ts';
import { buildXml, element, type XmlElement } from './xml-element.ts';
import { attributeAt, elementsAt, parseXml } from './xml-reader.ts';

/** What callers say for an instance without a network. */
const NO_NETWORK = 'none';
/** virConnectListAllNetworksFlags. */
const LIST_ACTIVE = 2;
/** Third numbers of 10.213.x.0/24 that our network may have; libvirt refuses those that the host already routes. */
const SUBNETS = [10, 20, 30, 40, 50, 60, 70, 80];

/**
 * Makes and starts our own NAT network. A network of another name is the admin's: it must be there and active.
 * Throws DriverError with the command that mends it.
 */
export async function ensureNetwork(calls: HostCalls, name: string): Promise<void> {
  if (name === NO_NETWORK) return;
  const found = await orNull([CODES.noNetwork], calls.call('networkLookupByName', { name }));
  const active = await listActiveNetworks(calls);
  if (active.some((network) => network.name === name)) return;
  if (!found && name !== OWN_NETWORK_NAME) throw unsuitable(`The host has no network "${name}".`);
  if (found && !(await isOurs(calls, found.net))) {
    throw unsuitable(`The network "${name}" is not active: virsh net-start ${name}; virsh net-autostart ${name}`);
  }
  await startOwnNetwork(calls, name, found?.net ?? null);
}

async function startOwnNetwork(calls: HostCalls, name: string, existing: Network | null): Promise<void> {
  let refusal: LibvirtError | null = null;
  for (const subnet of SUBNETS) {
    const net = existing ?? (await calls.call('networkDefineXML', { xml: ownNetworkXml(name, subnet) })).net;
    try {
      await calls.call('networkCreate', { net }, 'slow');
      await calls.call('networkSetAutostart', { net, autostart: 1 });
      return;
    } catch (error) {
      if (!(error instanceof LibvirtError) || existing) throw error;
      // The usual refusal is that the host already uses these addresses; the next ones may be free.
      refusal = error;
      await calls.call('networkUndefine', { net });
    }
  }
  throw refusal ?? unsuitable(`The network "${name}" could not be started.`);
}

function ownNetworkXml(name: string, subnet: number): string {
  const prefix = `10.213.${subnet}`;
  return buildXml(
    element(
      'network',
      {},
      element('name', {}, name),
      element('metadata', {}, element('atoll:network', { 'xmlns:atoll': TAG_NAMESPACE })),
      element('forward', { mode: 'nat' }),
      element('bridge', { stp: 'on', delay: 0 }),
      element(
        'ip',
        { address: `${prefix}.1`, netmask: '255.255.255.0' },
        element('dhcp', {}, element('range', { start: `${prefix}.10`, end: `${prefix}.254` })),
      ),
    ),
  );
}

async function isOurs(calls: HostCalls, net: Network): Promise<boolean> {
  return hasNetworkTag(parseXml((await calls.call('networkGetXMLDesc', { net, flags: 0 })).xml));
}

function hasNetworkTag(document: XmlElement): boolean {
  const marks = elementsAt(document, 'metadata').flatMap((metadata) => metadata.children);
  return marks.some((child) => typeof child !== 'string' && isTag(child, 'network'));
}

export async function listActiveNetworks(calls: HostCalls): Promise<Network[]> {
  return (await calls.call('connectListAllNetworks', { need: 1, flags: LIST_ACTIVE })).nets;
}

export interface NetworkInfo {
  name: string;
  /** nat, route, bridge, … or isolated. */
  mode: string;
  /** IPv4 in CIDR notation; null where the network has no addresses of its own. */
  subnet: string | null;
  active: boolean;
  ours: boolean;
}

export async function listNetworks(calls: HostCalls): Promise<NetworkInfo[]> {
  const active = new Set((await listActiveNetworks(calls)).map((net) => net.uuid));
  const { nets } = await calls.call('connectListAllNetworks', { need: 1, flags: 0 });
  return Promise.all(
    nets.map(async (net) => {
      const document = parseXml((await calls.call('networkGetXMLDesc', { net, flags: 0 })).xml);
      return {
        name: net.name,
        mode: readMode(document),
        subnet: readSubnet(document),
        active: active.has(net.uuid),
        ours: hasNetworkTag(document),
      };
    }),
  );
}

function readMode(document: XmlElement): string {
  if (elementsAt(document, 'forward').length === 0) return 'isolated';
  return attributeAt(document, 'mode', 'forward') ?? 'nat';
}

function readSubnet(document: XmlElement): string | null {
  const ip = elementsAt(document, 'ip').find((found) => found.attributes.family !== 'ipv6');
  const address = ip?.attributes.address?.split('.').map(Number);
  if (!ip || address?.length !== 4) return null;
  const prefix = ip.attributes.prefix === undefined ? prefixOf(ip.attributes.netmask) : Number(ip.attributes.prefix);
  if (prefix === null) return null;
  const masked = address.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - 8 * index))) & 0xff);
  return `${masked.join('.')}/${prefix}`;
}

function prefixOf(netmask: string | undefined): number | null {
  if (!netmask || !/^(\d{1,3}\.){3}\d{1,3}$/.test(netmask)) return null;
  return netmask
    .split('.')
    .map((byte) => Number(byte).toString(2).replaceAll('0', '').length)
    .reduce((sum, bits) => sum + bits, 0);
}

function unsuitable(message: string): DriverError {
  return new DriverError('host_unsuitable', message, { outcome: 'not_done' });
}

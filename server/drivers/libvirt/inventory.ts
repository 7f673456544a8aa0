import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { Domain } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import type { HostInventory, ObservedInstance } from '../driver.ts';
import { findDomain } from './domain.ts';
import type { DomainDocument, DomainDocuments } from './domain-document.ts';
import { powerState } from './domain-state.ts';
import type { HostCalls } from './host-calls.ts';
import { orNull } from './host-calls.ts';
import { OWN_NETWORK_NAME, parseBaseName, parseVolumeName } from './names.ts';
import { listActiveNetworks, listNetworks } from './network.ts';
import { listActivePools } from './pool.ts';
import { observeVolume } from './volume.ts';

type Address = ObservedInstance['addresses'][number];

/** virDomainInterfaceAddressesSource, virIPAddrType. */
const SOURCE_AGENT = 1;
const IPV4 = 0;

/** Everything on the host: one call for the domains, one for each document, and one for the leases of each network. */
export async function listHost(calls: HostCalls, documents: DomainDocuments): Promise<HostInventory> {
  const { domains } = await calls.call('connectListAllDomains', { need: 1, flags: 0 });
  const leases = await readLeases(calls);
  const observed = await Promise.all(domains.map((dom) => observe(calls, dom, documents, leases)));
  documents.keep(new Set(domains.map((dom) => dom.uuid)));
  const instances = observed.filter((instance) => instance !== null);
  return { instances, ...(await listStorage(calls)) };
}

export async function getInstance(
  calls: HostCalls,
  id: string,
  documents: DomainDocuments,
): Promise<ObservedInstance | null> {
  const dom = await findDomain(calls, id);
  if (!dom) return null;
  return observe(calls, dom, documents, dom.id === -1 ? new Map() : await readLeases(calls), { askAgent: true });
}

/** Null when the domain went away meanwhile. */
async function observe(
  calls: HostCalls,
  dom: Domain,
  documents: DomainDocuments,
  leases: Map<string, Address[]>,
  { askAgent = false } = {},
): Promise<ObservedInstance | null> {
  const [described, stated] = await Promise.all([
    orNull([CODES.noDomain], calls.call('domainGetXMLDesc', { dom, flags: 0 })),
    orNull([CODES.noDomain], calls.call('domainGetState', { dom, flags: 0 })),
  ]);
  if (!described || !stated) return null;
  const document = documents.read(described.xml, dom);
  const { state, reason } = powerState(stated.state, stated.reason);
  let addresses = state === 'running' ? document.nics.flatMap((nic) => leases.get(nic.mac) ?? []) : [];
  if (askAgent && state === 'running' && addresses.length === 0 && document.tag && document.agentConnected) {
    addresses = await askGuest(calls, dom, document);
  }
  return {
    id: dom.uuid,
    kind: 'vm',
    tag: document.tag,
    name: document.name,
    state,
    reason,
    vcpus: document.vcpus,
    memoryMiB: document.memoryMiB,
    image: null,
    addresses,
    ports: [],
  };
}

/** Addresses that libvirt's own DHCP servers gave, by MAC. */
async function readLeases(calls: HostCalls): Promise<Map<string, Address[]>> {
  const byMac = new Map<string, Address[]>();
  if (calls.isTestDriver) return byMac;
  for (const net of await listActiveNetworks(calls)) {
    const answer = await orNull(
      [CODES.noNetwork, CODES.operationInvalid, CODES.operationUnsupported, CODES.noSupport],
      calls.call('networkGetDHCPLeases', { net, mac: null, need: 1, flags: 0 }),
    );
    for (const lease of answer?.leases ?? []) {
      const mac = lease.mac?.toLowerCase() ?? '';
      const address: Address = { address: lease.ip, family: family(lease.type), source: 'lease', network: net.name };
      byMac.set(mac, [...(byMac.get(mac) ?? []), address]);
    }
  }
  return byMac;
}

/** Asks the guest itself, where no DHCP server of libvirt knows it: on a bridge, or with a fixed address. */
async function askGuest(calls: HostCalls, dom: Domain, document: DomainDocument): Promise<Address[]> {
  const answer = await orNull(
    [CODES.agentUnresponsive, CODES.operationInvalid, CODES.operationTimeout, CODES.noSupport, CODES.internal],
    calls.call('domainInterfaceAddresses', { dom, source: SOURCE_AGENT, flags: 0 }, 'slow'),
  );
  const addresses = (answer?.ifaces ?? []).flatMap(({ hwaddr, addrs }) => {
    const nic = document.nics.find(({ mac }) => mac === hwaddr?.toLowerCase());
    // What the guest has on interfaces of its own making is its own affair.
    return nic ? addrs.map(({ addr, type }) => ({ address: addr, type, network: nic.network })) : [];
  });
  return addresses
    .filter(({ address }) => isAddress(address) && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address, type, network }) => ({ address, family: family(type), source: 'agent', network }));
}

/** A guest may say anything; only what looks like an address is taken. */
function isAddress(text: string): boolean {
  return text.length <= 45 && /^[0-9a-f:.]+$/i.test(text);
}

function family(type: number): Address['family'] {
  return type === IPV4 ? 'ipv4' : 'ipv6';
}

async function listStorage(calls: HostCalls): Promise<Pick<HostInventory, 'volumes' | 'leftovers'>> {
  const inventory: Pick<HostInventory, 'volumes' | 'leftovers'> = { volumes: [], leftovers: [] };
  for (const pool of await listActivePools(calls)) {
    const { vols } = await calls.call('storagePoolListAllVolumes', { pool, need: 1, flags: 0 });
    await Promise.all(
      vols.map(async (vol) => {
        const own = parseVolumeName(vol.name);
        if (own?.kind === 'disk') {
          const seen = await orNull([CODES.noStorageVolume], observeVolume(calls, own.id, vol));
          if (seen) inventory.volumes.push(seen);
        } else if (own) {
          inventory.leftovers.push({ kind: own.kind, id: own.id });
        } else {
          const base = parseBaseName(vol.name);
          if (base !== null) inventory.leftovers.push({ kind: 'base-image', id: base });
        }
      }),
    );
  }
  const networks = await listNetworks(calls);
  if (networks.some((network) => network.ours)) inventory.leftovers.push({ kind: 'network', id: OWN_NETWORK_NAME });
  return inventory;
}

import type { Domain } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import type { Tag } from '../driver.ts';
import { readTag } from './domain-tag.ts';
import { bytesAt, elementsAt, parseXml, textAt } from './xml-reader.ts';

/** What we read of a domain's document. */
export interface DomainDocument {
  tag: Tag | null;
  /** The human name of ours; libvirt's name of others. */
  name: string;
  vcpus: number | null;
  memoryMiB: number | null;
  nics: { mac: string; network: string | null }[];
  /** Whether the guest's agent has its channel open; only a running domain's document tells. */
  agentConnected: boolean;
}

const BYTES_PER_MIB = 1024 ** 2;

/** Reads the document that libvirt keeps for `domain`. Throws TypeError when it is not XML that we accept. */
export function readDomainDocument(xml: string, domain: Domain): DomainDocument {
  const root = parseXml(xml);
  const tag = readTag(root, domain.uuid);
  const memoryBytes = bytesAt(root, 'KiB', 'memory');
  const vcpus = Number(textAt(root, 'vcpu') ?? Number.NaN);
  const agent = elementsAt(root, 'devices', 'channel', 'target').find(
    (target) => target.attributes.name === 'org.qemu.guest_agent.0',
  );
  return {
    tag,
    name: (tag && textAt(root, 'title')) || domain.name,
    vcpus: Number.isInteger(vcpus) ? vcpus : null,
    memoryMiB: memoryBytes === null ? null : Math.round(memoryBytes / BYTES_PER_MIB),
    nics: elementsAt(root, 'devices', 'interface').map((nic) => ({
      mac: elementsAt(nic, 'mac')[0]?.attributes.address?.toLowerCase() ?? '',
      network: elementsAt(nic, 'source')[0]?.attributes.network ?? null,
    })),
    agentConnected: agent?.attributes.state === 'connected',
  };
}

/** Documents change seldom and cost a millisecond each to read: one that is the same as last time is not read again. */
export class DomainDocuments {
  readonly #known = new Map<string, { xml: string; document: DomainDocument }>();

  read(xml: string, domain: Domain): DomainDocument {
    const known = this.#known.get(domain.uuid);
    if (known?.xml === xml) return known.document;
    const document = readDomainDocument(xml, domain);
    this.#known.set(domain.uuid, { xml, document });
    return document;
  }

  /** Forgets all but these. */
  keep(uuids: ReadonlySet<string>): void {
    for (const uuid of this.#known.keys()) {
      if (!uuids.has(uuid)) this.#known.delete(uuid);
    }
  }
}

import { TAG_NAMESPACE } from './domain-tag.ts';
import type { XmlElement } from './xml-element.ts';
import { parseXml } from './xml-reader.ts';

/**
 * Everything that a domain of ours may say to libvirt, as a closed list. The document is read back after it was built,
 * so this holds even if the builder or an escape were wrong: no hostdev, no qemu:commandline, no loader, no path.
 */
interface Rule {
  attributes?: Record<string, RegExp>;
  /** What its text must be; without it the element has none. */
  text?: RegExp;
  children?: Record<string, Rule>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NUMBER = /^[1-9]\d{0,8}$/;
const EMPTY: Rule = {};
/** What contract and libvirt allow in the name of a pool or network. */
const PLACE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const VOLUME_NAME = /^atoll-(?:[0-9a-f-]{36}\.qcow2|seed-[0-9a-f-]{36}\.iso|base-[0-9a-f]{64}\.iso)$/;
const HUMAN_NAME = /^[^\p{Cc}]{1,100}$/u;

const DISK: Rule = {
  attributes: { type: /^volume$/, device: /^(disk|cdrom)$/ },
  children: {
    driver: { attributes: { name: /^qemu$/, type: /^(qcow2|raw)$/, discard: /^unmap$/ } },
    source: { attributes: { pool: PLACE_NAME, volume: VOLUME_NAME } },
    target: { attributes: { dev: /^(vd|hd|sd)[a-z]$/, bus: /^(virtio|ide|scsi)$/ } },
    readonly: EMPTY,
    boot: { attributes: { order: NUMBER } },
  },
};

const DEVICES: Rule = {
  children: {
    disk: DISK,
    controller: { attributes: { type: /^scsi$/, model: /^virtio-scsi$/ } },
    interface: {
      attributes: { type: /^network$/ },
      children: {
        mac: { attributes: { address: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/ } },
        source: { attributes: { network: PLACE_NAME } },
        model: { attributes: { type: /^virtio$/ } },
      },
    },
    serial: {
      attributes: { type: /^pty$/ },
      children: {
        log: { attributes: { file: /^\/[^\p{Cc}]*\/atoll-log-[0-9a-f-]{36}\.log$/u, append: /^on$/ } },
        target: { attributes: { port: /^0$/ } },
      },
    },
    graphics: { attributes: { type: /^vnc$/ }, children: { listen: { attributes: { type: /^socket$/ } } } },
    video: { children: { model: { attributes: { type: /^(vga|virtio)$/ } } } },
    channel: {
      attributes: { type: /^unix$/ },
      children: { target: { attributes: { type: /^virtio$/, name: /^org\.qemu\.guest_agent\.0$/ } } },
    },
    rng: {
      attributes: { model: /^virtio$/ },
      children: { backend: { attributes: { model: /^random$/ }, text: /^\/dev\/urandom$/ } },
    },
    memballoon: { attributes: { model: /^virtio$/ } },
  },
};

const DOMAIN: Rule = {
  attributes: { type: /^(kvm|qemu|test)$/ },
  children: {
    name: { text: HUMAN_NAME },
    uuid: { text: UUID },
    title: { text: HUMAN_NAME },
    metadata: {
      children: {
        'atoll:instance': {
          attributes: {
            'xmlns:atoll': new RegExp(`^${TAG_NAMESPACE}$`),
            id: UUID,
            project: UUID,
            operation: UUID,
            generation: /^\d{1,15}$/,
          },
        },
      },
    },
    memory: { attributes: { unit: /^MiB$/ }, text: NUMBER },
    vcpu: { attributes: { placement: /^static$/ }, text: NUMBER },
    os: {
      children: { type: { attributes: { arch: /^[a-z0-9_]+$/, machine: /^[A-Za-z0-9._-]+$/ }, text: /^hvm$/ } },
    },
    features: { children: { acpi: EMPTY, apic: EMPTY } },
    cpu: {
      attributes: { mode: /^(host-model|host-passthrough|custom)$/, match: /^exact$/ },
      children: { model: { attributes: { fallback: /^forbid$/ }, text: /^qemu64$/ } },
    },
    clock: { attributes: { offset: /^utc$/ } },
    on_poweroff: { text: /^destroy$/ },
    on_reboot: { text: /^restart$/ },
    on_crash: { text: /^destroy$/ },
    devices: DEVICES,
  },
};

/** Throws TypeError, naming the place, when a document says anything that is not on the list. */
export function assertDomainAllowed(xml: string, poolPath: string | null): void {
  const root = parseXml(xml);
  if (root.name !== 'domain') throw new TypeError(`<${root.name}> is not a domain`);
  check(root, DOMAIN, 'domain');
  for (const log of findLogs(root)) {
    const folder = log.slice(0, log.lastIndexOf('/'));
    if (folder !== poolPath) throw new TypeError(`domain: ${log} is outside of the storage pool`);
  }
}

function check(node: XmlElement, rule: Rule, path: string): void {
  for (const [name, value] of Object.entries(node.attributes)) {
    const pattern = own(rule.attributes, name);
    if (!pattern?.test(value)) throw new TypeError(`${path}: attribute ${name}="${value}" is not allowed`);
  }
  const texts = node.children.filter((child) => typeof child === 'string').join('');
  if (rule.text ? !rule.text.test(texts) : texts !== '') throw new TypeError(`${path}: this text is not allowed`);
  for (const child of node.children) {
    if (typeof child === 'string') continue;
    const childRule = own(rule.children, child.name);
    if (!childRule) throw new TypeError(`${path}: <${child.name}> is not allowed`);
    check(child, childRule, `${path}/${child.name}`);
  }
  if (node.name === 'disk' && !node.children.some((child) => typeof child !== 'string' && hasFormat(child))) {
    throw new TypeError(`${path}: a disk must state its format`);
  }
}

function hasFormat(child: XmlElement): boolean {
  return child.name === 'driver' && child.attributes.type !== undefined;
}

/** Names such as `constructor` must not be found on the prototype. */
function own<T>(table: Record<string, T> | undefined, key: string): T | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}

function findLogs(node: XmlElement): string[] {
  return node.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    const file = child.name === 'log' ? child.attributes.file : undefined;
    return [...(file === undefined ? [] : [file]), ...findLogs(child)];
  });
}

import type { VmSpec } from '../driver.ts';
import { assertDomainAllowed } from './domain-allow-list.ts';
import { tagElement } from './domain-tag.ts';
import { baseName, diskName, logName, seedName } from './names.ts';
import { buildXml, element, type XmlElement } from './xml-element.ts';

/** What the host adds to a specification. */
export interface DomainPlace {
  /** What libvirt calls the domain; it cannot be renamed while it runs. */
  name: string;
  /** libvirt's architecture name, for example x86_64. */
  arch: string;
  /** Where the storage pool lies, for the boot log beside the disks; null writes no log. */
  poolPath: string | null;
  /** `test` on libvirt's test driver, which knows no other type. */
  domainType: 'kvm' | 'qemu' | 'test';
}

/** The document that defines a VM. Throws TypeError for a specification that our allow-list does not know. */
export function domainXml(spec: VmSpec, place: DomainPlace): string {
  const id = spec.tag.instanceId;
  const xml = buildXml(
    element(
      'domain',
      { type: place.domainType },
      element('name', {}, place.name),
      element('uuid', {}, id),
      element('title', {}, spec.name),
      element('metadata', {}, tagElement(spec.tag)),
      element('memory', { unit: 'MiB' }, spec.memoryMiB),
      element('vcpu', { placement: 'static' }, spec.vcpus),
      element('os', {}, element('type', { arch: place.arch, machine: spec.machine }, 'hvm')),
      element('features', {}, element('acpi'), place.arch === 'x86_64' ? element('apic') : null),
      cpu(place),
      element('clock', { offset: 'utc' }),
      element('on_poweroff', {}, 'destroy'),
      element('on_reboot', {}, 'restart'),
      element('on_crash', {}, 'destroy'),
      element('devices', {}, ...devices(spec, place)),
    ),
  );
  assertDomainAllowed(xml, place.poolPath);
  return xml;
}

/** Under KVM what the host has, as a named model that can migrate; under emulation the model that is fastest there. */
function cpu({ arch, domainType }: DomainPlace): XmlElement | null {
  if (domainType === 'kvm') return element('cpu', { mode: arch === 'x86_64' ? 'host-model' : 'host-passthrough' });
  if (domainType === 'test' || arch !== 'x86_64') return null;
  return element('cpu', { mode: 'custom', match: 'exact' }, element('model', { fallback: 'forbid' }, 'qemu64'));
}

function devices(spec: VmSpec, place: DomainPlace): XmlElement[] {
  return [
    ...spec.disks.map((disk, index) => diskElement(spec.storagePool, disk, index)),
    ...cdroms(spec),
    ...(spec.network === null ? [] : [nic(spec.network, spec.mac)]),
    serial(spec, place),
    // Only on a unix socket that libvirt makes in a folder of root's: reachable through us and nobody else.
    element('graphics', { type: 'vnc' }, element('listen', { type: 'socket' })),
    element('video', {}, element('model', { type: place.arch === 'x86_64' ? 'vga' : 'virtio' })),
    element('channel', { type: 'unix' }, element('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' })),
    element('rng', { model: 'virtio' }, element('backend', { model: 'random' }, '/dev/urandom')),
    // Without a stats period: a balloon that reports floods us with events.
    element('memballoon', { model: 'virtio' }),
  ];
}

function diskElement(pool: string, disk: VmSpec['disks'][number], index: number): XmlElement {
  return element(
    'disk',
    { type: 'volume', device: 'disk' },
    // Always the explicit format: a guest can write a qcow2 header into a raw disk, and a probing QEMU would believe it.
    element('driver', { name: 'qemu', type: 'qcow2', discard: 'unmap' }),
    element('source', { pool, volume: diskName(disk.volumeId) }),
    element('target', { dev: `vd${letter(index)}`, bus: 'virtio' }),
    element('boot', { order: disk.bootOrder }),
  );
}

function cdroms(spec: VmSpec): XmlElement[] {
  // The i440fx machine has IDE built in; q35 and arm's virt have none.
  const [bus, prefix] = /^pc(-i440fx-.*)?$/.test(spec.machine) ? ['ide', 'hd'] : ['scsi', 'sd'];
  const lastOrder = Math.max(0, ...spec.disks.map((disk) => disk.bootOrder));
  const volumes = [
    ...(spec.cdromSha256 === null ? [] : [{ volume: baseName(spec.cdromSha256, 'iso'), order: lastOrder + 1 }]),
    ...(spec.seed === null ? [] : [{ volume: seedName(spec.tag.instanceId), order: null }]),
  ];
  const drives = volumes.map(({ volume, order }, index) =>
    element(
      'disk',
      { type: 'volume', device: 'cdrom' },
      element('driver', { name: 'qemu', type: 'raw' }),
      element('source', { pool: spec.storagePool, volume }),
      element('target', { dev: `${prefix}${letter(index)}`, bus: bus ?? null }),
      element('readonly'),
      order === null ? null : element('boot', { order }),
    ),
  );
  const needsController = bus === 'scsi' && drives.length > 0;
  return needsController ? [element('controller', { type: 'scsi', model: 'virtio-scsi' }), ...drives] : drives;
}

function nic(network: string, mac: string): XmlElement {
  return element(
    'interface',
    { type: 'network' },
    element('mac', { address: mac }),
    element('source', { network }),
    element('model', { type: 'virtio' }),
  );
}

/** The serial console; what the guest says on it is kept by virtlogd, as a volume of the pool that can be read and removed. */
function serial(spec: VmSpec, { poolPath }: DomainPlace): XmlElement {
  const log = poolPath === null ? null : `${poolPath}/${logName(spec.tag.instanceId)}`;
  return element(
    'serial',
    { type: 'pty' },
    log === null ? null : element('log', { file: log, append: 'on' }),
    element('target', { port: 0 }),
  );
}

function letter(index: number): string {
  if (index > 25) throw new TypeError('a VM has at most 26 disks');
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

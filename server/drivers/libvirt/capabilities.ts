import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { attributeAt, elementsAt, parseXml, textAt } from './xml-reader.ts';

/** What the hypervisor offers, as it says itself. */
export interface HypervisorFacts {
  /** libvirt's host UUID. */
  machineId: string | null;
  /** libvirt's name of the processor's architecture. */
  arch: string;
  /** libvirt says so when it sees /dev/kvm; whether it works is another matter. */
  offersKvm: boolean;
  /** The machine type by its full name, so that a guest keeps it when QEMU is updated; null when there is no emulator. */
  machine: string | null;
  emulator: string | null;
}

/** In this order: the i440fx machine boots every image that we know of; newer distributions have only q35. */
const MACHINES: Record<string, string[]> = { x86_64: ['pc', 'q35'], aarch64: ['virt'] };

export async function readHypervisor(calls: HostCalls): Promise<HypervisorFacts> {
  const document = parseXml((await calls.call('connectGetCapabilities', {}, 'slow')).xml);
  const arch = textAt(document, 'host', 'cpu', 'arch') ?? 'unknown';
  const guests = elementsAt(document, 'guest', 'arch').filter((guest) => guest.attributes.name === arch);
  const offersKvm = guests.some((guest) =>
    elementsAt(guest, 'domain').some(({ attributes }) => attributes.type === 'kvm'),
  );
  const machineId = textAt(document, 'host', 'uuid');
  for (const wanted of MACHINES[arch] ?? []) {
    const args = { emulator: null, arch, machine: wanted, virttype: offersKvm ? 'kvm' : 'qemu', flags: 0 };
    const unknown = [CODES.noSupport, CODES.invalidArgument, CODES.configUnsupported, CODES.internal];
    const answer = await orNull(unknown, calls.call('connectGetDomainCapabilities', args, 'slow'));
    if (!answer) continue;
    const offered = parseXml(answer.xml);
    const machine = textAt(offered, 'machine');
    if (machine) return { machineId, arch, offersKvm, machine, emulator: textAt(offered, 'path') };
  }
  const machine = attributeAt(document, 'canonical', 'guest', 'arch', 'machine');
  return { machineId, arch, offersKvm, machine: calls.isTestDriver ? (machine ?? 'pc') : null, emulator: null };
}

/** libvirt packs a version into one number: 9.0.0 is 9000000. */
export function versionText(version: bigint): string {
  const number = Number(version);
  return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1_000) % 1_000}.${number % 1_000}`;
}

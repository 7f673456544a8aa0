import { randomUUID } from 'node:crypto';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import { connectSsh } from '#server/transport/ssh/connect-ssh.ts';
import { type DriverLab, driverSuite } from '../driver-suite.ts';
import { buttonGuestImage } from './button-guest.ts';
import { LibvirtDriver } from './libvirt-driver.ts';
import { OWN_POOL_NAME } from './names.ts';

async function libvirtLab(over: 'local' | 'ssh'): Promise<DriverLab> {
  const host = await startHost({ name: `libvirt-${over}`, engines: ['libvirt'] });
  const { ssh, libvirtSocketPath } = host.info;
  const machine =
    over === 'local'
      ? new LocalMachine()
      : await connectSsh({ ...ssh, credential: { type: 'private-key', privateKey: ssh.privateKey } });
  const driver = new LibvirtDriver({ machine, socketPath: over === 'local' ? libvirtSocketPath : undefined });
  const image = buttonGuestImage(OWN_POOL_NAME);
  return {
    driver,
    image,
    storagePool: OWN_POOL_NAME,
    network: 'default',
    volume: (ids) => ({
      ...ids,
      kind: 'disk',
      storagePool: OWN_POOL_NAME,
      name: 'root',
      sizeGiB: 1,
      baseSha256: image.sha256,
      baseFormat: 'raw',
    }),
    instance: ({ tag, name, volumeId }) => ({
      kind: 'vm',
      tag,
      name,
      hostname: name,
      vcpus: 1,
      memoryMiB: 32,
      storagePool: OWN_POOL_NAME,
      domainType: 'qemu',
      machine: 'pc',
      disks: [{ volumeId, bootOrder: 1 }],
      cdromSha256: null,
      network: 'default',
      mac: '52:54:00:12:34:56',
      seed: { metaData: `local-hostname: ${name}\n`, userData: '#cloud-config\n{}\n', networkConfig: null },
    }),
    makeUnmanaged: () => makeUnmanaged(host),
    outside: {
      forceOff: async (id) => void (await host.virsh(['destroy', id])),
      start: async (id) => void (await host.virsh(['start', id])),
    },
    // A button that is pressed while the firmware runs is lost; libvirt-host.test.ts presses it again.
    traits: { showsNames: true, stopsWhenAsked: false, protectsVolumes: false },
    async close() {
      await driver.close();
      machine.close();
      await host.stop();
    },
  };
}

async function makeUnmanaged(host: LabHost) {
  const id = randomUUID();
  const xml = `<domain type='qemu'><name>theirs</name><uuid>${id}</uuid><memory unit='MiB'>16</memory><os><type arch='x86_64'>hvm</type></os></domain>`;
  await host.runInside(['tee', '/run/theirs.xml'], { input: xml });
  await host.virsh(['create', '/run/theirs.xml']);
  return { id, look: () => host.virsh(['dumpxml', id]) };
}

driverSuite('libvirt with QEMU on this machine', () => libvirtLab('local'));
driverSuite('libvirt with QEMU over SSH', () => libvirtLab('ssh'));

import type { StoragePool } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import type { VmSpec } from '../driver.ts';
import type { HostCalls } from './host-calls.ts';
import { seedName } from './names.ts';
import { seedIso } from './seed-iso.ts';
import { deleteByName, volumeXml } from './volume.ts';

type Seed = NonNullable<VmSpec['seed']>;

/** What cloud-init looks for (NoCloud, "cidata"). */
const LABEL = 'cidata';

/** Writes the seed of a VM as a disc into the pool, in place of one that is there. */
export async function writeSeed(calls: HostCalls, pool: StoragePool, instanceId: string, seed: Seed): Promise<void> {
  const name = seedName(instanceId);
  const files = [
    { name: 'meta-data', content: seed.metaData },
    { name: 'user-data', content: seed.userData },
    ...(seed.networkConfig === null ? [] : [{ name: 'network-config', content: seed.networkConfig }]),
  ];
  const iso = seedIso(LABEL, files);
  await deleteByName(calls, pool, name);
  // Readable by root and QEMU's user only (libvirt's default): user-data may hold secrets.
  const xml = volumeXml({ name, capacityBytes: iso.length, format: 'raw' });
  const { vol } = await calls.call('storageVolCreateXML', { pool, xml, flags: 0 }, 'slow');
  await calls.upload(vol, once(iso));
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

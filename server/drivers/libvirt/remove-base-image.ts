import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { StoragePool, StorageVolume } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { parseBaseName } from './names.ts';
import { listActivePools } from './pool.ts';
import { parseXml, textAt } from './xml-reader.ts';

/**
 * Removes the base volumes of an image from every active pool. Answers false, and removes nothing, while anything on the host is made
 * of one: a disk of somebody else's on top of it, or a VM that has it in a drive (I8). What Atoll's own rows say is the caller's to know.
 */
export async function removeBaseImage(calls: HostCalls, sha256: string): Promise<boolean> {
  const volumes = (await Promise.all((await listActivePools(calls)).map((pool) => volumesOf(calls, pool)))).flat();
  const bases = volumes.filter((vol) => parseBaseName(vol.name) === sha256);
  if (bases.length === 0) return true;
  const paths = new Set<string>();
  for (const vol of bases) {
    const found = await orNull([CODES.noStorageVolume], calls.call('storageVolGetPath', { vol }));
    if (found) paths.add(found.path);
  }
  if ((await isBacking(calls, volumes, paths)) || (await isInDomain(calls, bases, paths))) return false;
  for (const vol of bases)
    await orNull([CODES.noStorageVolume], calls.call('storageVolDelete', { vol, flags: 0 }, 'slow'));
  return true;
}

async function volumesOf(calls: HostCalls, pool: StoragePool): Promise<StorageVolume[]> {
  return (await calls.call('storagePoolListAllVolumes', { pool, need: 1, flags: 0 })).vols;
}

async function isBacking(calls: HostCalls, volumes: readonly StorageVolume[], paths: ReadonlySet<string>) {
  for (const vol of volumes) {
    const described = await orNull([CODES.noStorageVolume], calls.call('storageVolGetXMLDesc', { vol, flags: 0 }));
    const backing = described && textAt(parseXml(described.xml), 'backingStore', 'path');
    if (backing && paths.has(backing)) return true;
  }
  return false;
}

/** Names and paths of ours have a checksum in them: where the text stands, the volume is meant, wherever in the document that is. */
async function isInDomain(calls: HostCalls, bases: readonly StorageVolume[], paths: ReadonlySet<string>) {
  const words = [...bases.map((vol) => vol.name), ...paths];
  const { domains } = await calls.call('connectListAllDomains', { need: 1, flags: 0 });
  for (const dom of domains) {
    const described = await orNull([CODES.noDomain], calls.call('domainGetXMLDesc', { dom, flags: 0 }));
    if (described && words.some((word) => described.xml.includes(word))) return true;
  }
  return false;
}

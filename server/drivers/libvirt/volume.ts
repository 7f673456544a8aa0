import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { StoragePool, StorageVolume } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { DriverError, type ObservedVolume, type VolumeRef, type VolumeSpec } from '../driver.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { baseName, diskName } from './names.ts';
import { getPool } from './pool.ts';
import { buildXml, element, type XmlElement } from './xml-element.ts';

const BYTES_PER_GIB = 1024 ** 3;

/**
 * Makes a disk: empty, or an overlay on the base volume of an image, which itself never changes. The format of both is
 * stated, so QEMU never guesses one. A disk that is there already is left as it is.
 */
export async function createVolume(calls: HostCalls, spec: VolumeSpec): Promise<void> {
  assertDisk(spec);
  const pool = await getPool(calls, spec.storagePool);
  const name = diskName(spec.id);
  if (await findByName(calls, pool, name)) return;
  const backing = await backingStore(calls, pool, spec);
  const xml = volumeXml({ name, capacityBytes: spec.sizeGiB * BYTES_PER_GIB, format: 'qcow2', backing });
  await orNull([CODES.storageVolumeExists], calls.call('storageVolCreateXML', { pool, xml, flags: 0 }, 'slow'));
}

async function backingStore(calls: HostCalls, pool: StoragePool, spec: VolumeSpec): Promise<XmlElement | null> {
  if (spec.baseSha256 === null) return null;
  if (spec.baseFormat === null) throw new TypeError('the format of a base image must be stated');
  const base = await findByName(calls, pool, baseName(spec.baseSha256, spec.baseFormat));
  if (!base) {
    const message = `The image of disk "${spec.name}" is not in the storage pool "${spec.storagePool}" any more.`;
    throw new DriverError('not_found', message, { outcome: 'not_done', retryable: true });
  }
  const { path } = await calls.call('storageVolGetPath', { vol: base });
  return element('backingStore', {}, element('path', {}, path), element('format', { type: spec.baseFormat }));
}

export async function findVolume(calls: HostCalls, ref: VolumeRef): Promise<ObservedVolume | null> {
  assertDisk(ref);
  const found = await orNull([CODES.noStoragePool], calls.call('storagePoolLookupByName', { name: ref.storagePool }));
  const vol = found && (await findByName(calls, found.pool, diskName(ref.id)));
  return vol ? observeVolume(calls, ref.id, vol) : null;
}

export async function observeVolume(calls: HostCalls, id: string, vol: StorageVolume): Promise<ObservedVolume> {
  const { capacity } = await calls.call('storageVolGetInfo', { vol });
  // libvirt keeps no note with a volume, so which operation made it is known to the database only.
  return { id, kind: 'disk', sizeBytes: Number(capacity), operationId: null };
}

export async function deleteVolume(calls: HostCalls, ref: VolumeRef): Promise<void> {
  assertDisk(ref);
  const pool = await getPool(calls, ref.storagePool);
  await deleteByName(calls, pool, diskName(ref.id));
}

/** Deletes a volume by name; one that is not there is deleted. */
export async function deleteByName(calls: HostCalls, pool: StoragePool, name: string): Promise<void> {
  const vol = await findByName(calls, pool, name);
  if (vol) await orNull([CODES.noStorageVolume], calls.call('storageVolDelete', { vol, flags: 0 }, 'slow'));
}

export async function findByName(calls: HostCalls, pool: StoragePool, name: string): Promise<StorageVolume | null> {
  const found = await orNull([CODES.noStorageVolume], calls.call('storageVolLookupByName', { pool, name }));
  return found?.vol ?? null;
}

interface VolumeDocument {
  name: string;
  capacityBytes: number;
  format: 'qcow2' | 'raw';
  /** Octal, as libvirt writes it; its own default lets only root read. */
  mode?: string;
  backing?: XmlElement | null;
}

export function volumeXml({ name, capacityBytes, format, mode, backing }: VolumeDocument): string {
  const permissions = mode === undefined ? null : element('permissions', {}, element('mode', {}, mode));
  return buildXml(
    element(
      'volume',
      {},
      element('name', {}, name),
      element('capacity', { unit: 'bytes' }, capacityBytes),
      element('allocation', { unit: 'bytes' }, 0),
      element('target', {}, element('format', { type: format }), permissions),
      backing ?? null,
    ),
  );
}

function assertDisk(ref: VolumeRef): void {
  if (ref.kind !== 'disk') throw new TypeError('libvirt keeps disks only');
}

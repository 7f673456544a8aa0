import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { StoragePool } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { DriverError } from '../driver.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { OWN_POOL_NAME } from './names.ts';
import { buildXml, element } from './xml-element.ts';
import { parseXml, textAt } from './xml-reader.ts';

/** Where Debian, Fedora and their security profiles expect images of virtual machines. */
const OWN_POOL_PATH = '/var/lib/libvirt/images/atoll';
/** virStoragePoolState. */
const POOL_RUNNING = 2;
/** virConnectListAllStoragePoolsFlags. */
const LIST_ACTIVE = 2;

/** An active pool by name. Throws DriverError with the command that mends it. */
export async function getPool(calls: HostCalls, name: string): Promise<StoragePool> {
  const found = await orNull([CODES.noStoragePool], calls.call('storagePoolLookupByName', { name }));
  if (!found) throw unsuitable(`The host has no storage pool "${name}".`);
  const { state } = await calls.call('storagePoolGetInfo', { pool: found.pool });
  if (state !== POOL_RUNNING) throw unsuitable(`The storage pool "${name}" is not active: virsh pool-start ${name}`);
  return found.pool;
}

/** Makes and starts our own pool. A pool of another name is the admin's: it must be there and active. */
export async function ensurePool(calls: HostCalls, name: string): Promise<void> {
  if (name !== OWN_POOL_NAME) {
    await getPool(calls, name);
    return;
  }
  const found = await orNull([CODES.noStoragePool], calls.call('storagePoolLookupByName', { name }));
  const pool = found?.pool ?? (await definePool(calls, name, OWN_POOL_PATH));
  const { state } = await calls.call('storagePoolGetInfo', { pool });
  if (state !== POOL_RUNNING) {
    // Building a pool of folders makes the folder, and is content with one that is there.
    await calls.call('storagePoolBuild', { pool, flags: 0 }, 'slow');
    await calls.call('storagePoolCreate', { pool, flags: 0 }, 'slow');
  }
  await calls.call('storagePoolSetAutostart', { pool, autostart: 1 });
}

async function definePool(calls: HostCalls, name: string, path: string): Promise<StoragePool> {
  const xml = poolXml(name, path);
  return (await calls.call('storagePoolDefineXML', { xml, flags: 0 })).pool;
}

/** A pool that is a folder. Others may look in, so that QEMU's own user finds its disks. */
export function poolXml(name: string, path: string): string {
  const permissions = element('permissions', {}, element('mode', {}, '0711'));
  const target = element('target', {}, element('path', {}, path), permissions);
  return buildXml(element('pool', { type: 'dir' }, element('name', {}, name), target));
}

export async function listActivePools(calls: HostCalls): Promise<StoragePool[]> {
  return (await calls.call('connectListAllStoragePools', { need: 1, flags: LIST_ACTIVE })).pools;
}

export interface PoolInfo {
  name: string;
  type: string;
  active: boolean;
  capacityBytes: number;
  availableBytes: number;
  /** Where its volumes lie as files; null for pools that are no folder. */
  path: string | null;
}

export async function readPool(calls: HostCalls, pool: StoragePool): Promise<PoolInfo> {
  const info = await calls.call('storagePoolGetInfo', { pool });
  const document = parseXml((await calls.call('storagePoolGetXMLDesc', { pool, flags: 0 })).xml);
  const type = document.attributes.type ?? 'unknown';
  return {
    name: pool.name,
    type,
    active: info.state === POOL_RUNNING,
    capacityBytes: Number(info.capacity),
    availableBytes: Number(info.available),
    path: ['dir', 'fs', 'netfs'].includes(type) ? textAt(document, 'target', 'path') : null,
  };
}

export async function listPools(calls: HostCalls): Promise<PoolInfo[]> {
  const { pools } = await calls.call('connectListAllStoragePools', { need: 1, flags: 0 });
  return Promise.all(pools.map((pool) => readPool(calls, pool)));
}

function unsuitable(message: string): DriverError {
  return new DriverError('host_unsuitable', message, { outcome: 'not_done' });
}

/** Names of what we make on a libvirt host. All derive from Atoll's ids, so that they can be found again after any failure. */

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const DISK = new RegExp(`^atoll-(${UUID})\\.qcow2$`);
const SEED = new RegExp(`^atoll-seed-(${UUID})\\.iso$`);
/** virtlogd appends .0, .1, … to what it has rotated. */
const LOG = new RegExp(`^atoll-log-(${UUID})\\.log(?:\\.\\d+)?$`);
const SHA256 = /^[0-9a-f]{64}$/;
/** Of a UUIDv7 the end is random; its beginning is a time that neighbours share. */
const SUFFIX_CHARS = 8;

/** The pool and the network that we make where they are missing. Others belong to the admin and are never changed. */
export const OWN_POOL_NAME = 'atoll';
export const OWN_NETWORK_NAME = 'atoll';

export type ImageFormat = 'qcow2' | 'raw' | 'iso';

/** Domain names are unique on a host, instance names in a project only. */
export function domainName(instanceName: string, instanceId: string): string {
  return `${instanceName}-${instanceId.slice(-SUFFIX_CHARS)}`;
}

export function diskName(volumeId: string): string {
  return `atoll-${checkedUuid(volumeId)}.qcow2`;
}

export function seedName(instanceId: string): string {
  return `atoll-seed-${checkedUuid(instanceId)}.iso`;
}

export function logName(instanceId: string): string {
  return `atoll-log-${checkedUuid(instanceId)}.log`;
}

/** A base image never changes, so its checksum is its name. */
export function baseName(sha256: string, format: ImageFormat): string {
  if (!SHA256.test(sha256)) throw new TypeError('a base image is named by its SHA-256 in lower-case hex');
  return `atoll-base-${sha256}.${format}`;
}

type OwnVolumeName = { kind: 'disk' | 'seed' | 'log'; id: string };

/** What a volume of ours is, by its name; null for a base image and for what is not ours. */
export function parseVolumeName(name: string): OwnVolumeName | null {
  for (const [kind, pattern] of [['disk', DISK] as const, ['seed', SEED] as const, ['log', LOG] as const]) {
    const id = pattern.exec(name)?.[1];
    if (id) return { kind, id };
  }
  return null;
}

/** The checksum of the image whose base volume has this name; null for every other volume. */
export function parseBaseName(name: string): string | null {
  return /^atoll-base-([0-9a-f]{64})\.(?:qcow2|raw|iso)$/.exec(name)?.[1] ?? null;
}

function checkedUuid(id: string): string {
  if (!new RegExp(`^${UUID}$`).test(id)) throw new TypeError(`"${id}" is not a UUID in lower case`);
  return id;
}

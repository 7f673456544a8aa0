import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIBVIRT_ERROR_CODES as CODES } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { StoragePool, StorageVolume } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { DriverError, type ImageSource, type ProgressOption } from '../driver.ts';
import { type HostCalls, orNull } from './host-calls.ts';
import { baseName } from './names.ts';
import { getPool } from './pool.ts';
import { findByName, volumeXml } from './volume.ts';
import { bytesAt, parseXml } from './xml-reader.ts';

type VmImage = Extract<ImageSource, { kind: 'vm' }>;
type OnProgress = NonNullable<ProgressOption['onProgress']>;

/** How often one looks whether somebody else's upload of the same image has ended. */
const WAIT_MS = 500;
const PROGRESS_EVERY_MS = 250;
/** A base is shared by all disks on it: nobody may write to it. */
const READ_ONLY_MODE = '0444';

/**
 * Brings an image to the host as the base volume that is named by its checksum, unless it is there. The checksum is
 * verified on the way. The volume grows with the upload, so one that was broken off is too short, and is made anew.
 */
export async function ensureBaseImage(
  calls: HostCalls,
  image: VmImage,
  onProgress?: OnProgress,
): Promise<{ ref: string }> {
  const pool = await getPool(calls, image.storagePool);
  const name = baseName(image.sha256, image.format);
  let sizeBefore: number | null = null;
  for (;;) {
    const vol = await findByName(calls, pool, name);
    if (!vol) {
      if (await upload(calls, pool, name, image, onProgress)) return { ref: name };
      continue;
    }
    const size = await fileSize(calls, vol);
    if (size === image.sizeBytes) return { ref: name };
    // Between making the volume and the first byte libvirt does not know yet that somebody fills it.
    if (size === null || size !== sizeBefore || !(await removeBroken(calls, vol))) {
      sizeBefore = size;
      await sleep(WAIT_MS, undefined, { signal: calls.signal });
    }
  }
}

async function fileSize(calls: HostCalls, vol: StorageVolume): Promise<number | null> {
  const document = await orNull([CODES.noStorageVolume], calls.call('storageVolGetXMLDesc', { vol, flags: 0 }));
  return document && bytesAt(parseXml(document.xml), 'bytes', 'physical');
}

/** Removes what a broken upload left. False when it is not broken but still arriving: libvirt does not delete it then. */
async function removeBroken(calls: HostCalls, vol: StorageVolume): Promise<boolean> {
  const deleted = calls.call('storageVolDelete', { vol, flags: 0 }, 'slow').then(() => true);
  return (await orNull([CODES.operationInvalid, CODES.noStorageVolume], deleted)) ?? false;
}

/** False when somebody else began the same upload a moment before. */
async function upload(
  calls: HostCalls,
  pool: StoragePool,
  name: string,
  image: VmImage,
  onProgress?: OnProgress,
): Promise<boolean> {
  // Raw and of no size, whatever is inside: it shall arrive as it is.
  const xml = volumeXml({ name, capacityBytes: 0, format: 'raw', mode: READ_ONLY_MODE });
  const made = await orNull([CODES.storageVolumeExists], calls.call('storageVolCreateXML', { pool, xml, flags: 0 }));
  if (!made) return false;
  try {
    await calls.upload(made.vol, verified(image, onProgress));
    return true;
  } catch (error) {
    // Best effort: what stays is too short, and the next attempt removes it.
    await calls.call('storageVolDelete', { vol: made.vol, flags: 0 }, 'slow').catch(() => null);
    throw error;
  }
}

async function* verified(image: VmImage, onProgress?: OnProgress): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let done = 0;
  let reportedAt = 0;
  let held: Uint8Array | null = null;
  for await (const chunk of image.open()) {
    // One chunk behind: the last bytes go out only when the checksum is right, else the volume stays too short.
    if (held) yield held;
    held = chunk;
    hash.update(chunk);
    done += chunk.length;
    if (done > image.sizeBytes) break;
    if (performance.now() - reportedAt > PROGRESS_EVERY_MS) {
      reportedAt = performance.now();
      onProgress?.(done, image.sizeBytes);
    }
  }
  if (done !== image.sizeBytes || hash.digest('hex') !== image.sha256) {
    throw new DriverError('checksum_mismatch', 'The image has changed since it was checked.', { outcome: 'not_done' });
  }
  if (held) yield held;
  onProgress?.(done, image.sizeBytes);
}

import { AtollError } from '#server/contract/errors.ts';
import type { ImageReader } from './inspect-image.ts';

/** Incompatible features that only change how clusters are stored: dirty, compression type, extended L2 entries. */
const allowedIncompatible = (1n << 0n) | (1n << 3n) | (1n << 4n);
const corruptBit = 1n << 1n;
const externalDataBit = 1n << 2n;
/** Autoclear: the data file outside can be read as raw. */
const rawExternalBit = 1n << 1n;

/** Header extensions: end, feature names, bitmaps. All others are refused: backing format, external data, encryption. */
const allowedExtensions = new Set([0x00000000, 0x6803f857, 0x23852875]);

const unsafe = (what: string): AtollError =>
  new AtollError('image_unsafe', `The qcow2 image ${what}; it could make the host read files that are not in it.`);
const invalid = (what: string): AtollError => new AtollError('image_invalid', `The qcow2 image ${what}.`);

/**
 * Reads a qcow2 header and refuses everything that refers to anything outside the file or that we do not know, before any
 * tool opens it. Layout and numbers: QEMU docs/interop/qcow2.txt. Answers the virtual size in bytes.
 * @throws AtollError image_unsafe, image_invalid
 */
export async function readQcow2Header(read: ImageReader, sizeBytes: number): Promise<{ virtualSizeBytes: number }> {
  if (sizeBytes < 104) throw invalid('is shorter than its header');
  const header = await read(0, 104);
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw invalid(`has version ${version}; only 2 and 3 are known`);
  if (header.readBigUInt64BE(8) !== 0n || header.readUInt32BE(16) !== 0) throw unsafe('names a backing file');
  if (header.readUInt32BE(32) !== 0) throw invalid('is encrypted');
  if (header.readUInt32BE(60) !== 0) throw invalid('has internal snapshots; convert it with qemu-img convert');

  const clusterBits = header.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw invalid('has an impossible cluster size');
  const virtualSize = header.readBigUInt64BE(24);
  if (virtualSize === 0n) throw invalid('has no size');
  if (virtualSize > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid('claims an impossible size');
  // One L1 entry stands for a cluster of 8-byte entries, each for a cluster of data.
  const bytesPerL1Entry = 1n << BigInt(2 * clusterBits - 3);
  if (BigInt(header.readUInt32BE(36)) * bytesPerL1Entry < virtualSize)
    throw new AtollError('image_unsafe', 'The qcow2 image claims to be larger than its tables can hold.');
  checkTable(header.readBigUInt64BE(40), BigInt(header.readUInt32BE(36)) * 8n, clusterBits, sizeBytes);
  checkTable(
    header.readBigUInt64BE(48),
    BigInt(header.readUInt32BE(56)) << BigInt(clusterBits),
    clusterBits,
    sizeBytes,
  );

  let extensionsAt = 72;
  if (version === 3) {
    const incompatible = header.readBigUInt64BE(72);
    if (incompatible & externalDataBit) throw unsafe('keeps its data in another file');
    if (incompatible & corruptBit) throw invalid('is marked as corrupt');
    if (incompatible & ~allowedIncompatible) throw unsafe('uses features that Atoll does not know');
    if (header.readBigUInt64BE(88) & rawExternalBit) throw unsafe('keeps its data in another file');
    if (header.readUInt32BE(96) > 6) throw invalid('has an impossible reference width');
    extensionsAt = header.readUInt32BE(100);
    if (extensionsAt < 104 || extensionsAt > 4096 || extensionsAt % 8 !== 0)
      throw invalid('has an impossible header length');
  }
  await checkExtensions(read, extensionsAt, Math.min(sizeBytes, 2 ** clusterBits));
  return { virtualSizeBytes: Number(virtualSize) };
}

/** A table must begin on a cluster and lie inside the file. */
function checkTable(offset: bigint, length: bigint, clusterBits: number, sizeBytes: number): void {
  const misaligned = offset & ((1n << BigInt(clusterBits)) - 1n);
  if (offset === 0n || misaligned || offset + length > BigInt(sizeBytes)) throw invalid('is cut off or damaged');
}

/** Walks the header extensions, which end with type 0 or with the first cluster. */
async function checkExtensions(read: ImageReader, from: number, end: number): Promise<void> {
  const area = await read(0, end);
  let at = from;
  while (at + 8 <= end) {
    const type = area.readUInt32BE(at);
    const length = area.readUInt32BE(at + 4);
    if (!allowedExtensions.has(type))
      throw unsafe(`has a header extension (0x${type.toString(16)}) that Atoll does not allow`);
    if (type === 0) return;
    at += 8 + Math.ceil(length / 8) * 8;
  }
  if (at > end) throw invalid('has a damaged header');
}

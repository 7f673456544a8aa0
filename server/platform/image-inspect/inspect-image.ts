import { AtollError } from '#server/contract/errors.ts';
import { readQcow2Header } from './qcow2-header.ts';
import { findSignatures, type Signature } from './signatures.ts';

/** Reads `length` bytes at `offset`; answers fewer only at the end of the file. */
export type ImageReader = (offset: number, length: number) => Promise<Buffer>;

export interface InspectedImage {
  format: 'qcow2' | 'raw' | 'iso';
  virtualSizeBytes: number;
}

/** 64 TiB: the largest disk that an instance may have (contract/instance.ts). */
export const maxVirtualSizeBytes = 65_536 * 2 ** 30;

const archives: readonly Signature[] = ['gzip', 'xz', 'zstd', 'bzip2', 'zip', '7z', 'tar'];

/**
 * Says what an image is from its bytes alone, before any tool of the host sees it, and refuses what could make a tool read
 * anything else: only plain qcow2, raw disks with a boot sector or partition table, and ISO 9660 pass. A file with marks of
 * more than one format is refused (the rule of OpenStack Glance after CVE-2024-32498); the one pair allowed is an ISO that
 * is also a disk, as every hybrid installer is, because both are read as plain bytes.
 * @throws AtollError image_unsafe, image_invalid
 */
export async function inspectImage(read: ImageReader, sizeBytes: number): Promise<InspectedImage> {
  if (sizeBytes < 512) throw new AtollError('image_invalid', 'The file is too short to be an image.');
  const found = await findSignatures(read, sizeBytes);
  const archive = archives.find((name) => found.has(name));
  if (archive && !found.has('qcow2') && !found.has('disk') && !found.has('iso')) {
    throw new AtollError('image_invalid', `The file is a ${archive} archive.`, {
      hint: 'Unpack it and upload the image that is in it.',
      params: { format: archive },
    });
  }
  const image = inspectKnown(found);
  if (image === 'qcow2') {
    const { virtualSizeBytes } = await readQcow2Header(read, sizeBytes);
    return checkSize({ format: 'qcow2', virtualSizeBytes });
  }
  return checkSize({ format: image, virtualSizeBytes: sizeBytes });
}

/** The one format that the marks allow. */
function inspectKnown(found: Set<Signature>): InspectedImage['format'] {
  const names = [...found].sort();
  const hybridIso = found.size === 2 && found.has('iso') && found.has('disk');
  if (found.size > 1 && !hybridIso) {
    throw new AtollError('image_unsafe', `The file can be read as ${names.join(' and as ')}.`, {
      params: { formats: names.join(', ') },
    });
  }
  if (found.has('qcow2')) return 'qcow2';
  if (found.has('iso')) return 'iso';
  if (found.has('disk')) return 'raw';
  const [other] = names;
  throw other
    ? new AtollError('image_invalid', `Images of the format ${other} are not taken.`, {
        hint: 'Convert it: qemu-img convert -O qcow2 SOURCE image.qcow2',
        params: { format: other },
      })
    : new AtollError('image_invalid', 'The file is no disk image: it has no boot sector and no partition table.');
}

function checkSize(image: InspectedImage): InspectedImage {
  if (image.virtualSizeBytes <= maxVirtualSizeBytes) return image;
  throw new AtollError('image_unsafe', `The image claims ${image.virtualSizeBytes} bytes; the most is 64 TiB.`);
}

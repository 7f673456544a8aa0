import type { ImageReader } from './inspect-image.ts';

/** What a file may turn out to be. Everything but qcow2, iso and disk is refused. */
export type Signature =
  | 'qcow2'
  | 'iso'
  | 'disk'
  | 'vmdk'
  | 'vhd'
  | 'vhdx'
  | 'vdi'
  | 'qed'
  | 'luks'
  | 'parallels'
  | 'bochs'
  | 'cloop'
  | 'dmg'
  | 'gzip'
  | 'xz'
  | 'zstd'
  | 'bzip2'
  | 'zip'
  | '7z'
  | 'tar';

interface Mark {
  signature: Signature;
  /** From the beginning of the file, or from its end where negative. */
  offset: number;
  bytes: Buffer;
}

const mark = (signature: Signature, offset: number, bytes: string | number[]): Mark => ({
  signature,
  offset,
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes),
});

/**
 * Where formats show themselves. Sources: QEMU's probe functions (block/*.c), ECMA-119 §8 for ISO 9660 (volume
 * descriptors from sector 16), UEFI 2.10 §5 for MBR and GPT, file(1)'s magic for archives.
 */
const marks: readonly Mark[] = [
  mark('qcow2', 0, 'QFI\xfb'),
  mark('iso', 0x8001, 'CD001'),
  mark('iso', 0x8801, 'CD001'),
  mark('iso', 0x9001, 'CD001'),
  mark('disk', 510, [0x55, 0xaa]),
  mark('disk', 512, 'EFI PART'),
  mark('disk', 4096, 'EFI PART'),
  mark('vmdk', 0, 'KDMV'),
  mark('vmdk', 0, 'COWD'),
  mark('vmdk', 0, '# Disk DescriptorFile'),
  mark('vhd', 0, 'conectix'),
  mark('vhd', -512, 'conectix'),
  mark('vhd', -511, 'conectix'),
  mark('vhdx', 0, 'vhdxfile'),
  mark('vdi', 0x40, [0x7f, 0x10, 0xda, 0xbe]),
  mark('qed', 0, 'QED\0'),
  mark('luks', 0, 'LUKS\xba\xbe'),
  mark('parallels', 0, 'WithoutFreeSpace'),
  mark('parallels', 0, 'WithouFreSpacExt'),
  mark('bochs', 0, 'Bochs Virtual HD Image'),
  mark('cloop', 0, '#!/bin/sh\n#V2.0 Format'),
  mark('dmg', -512, 'koly'),
  mark('gzip', 0, [0x1f, 0x8b]),
  mark('xz', 0, '\xfd7zXZ\0'),
  mark('zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]),
  mark('bzip2', 0, 'BZh'),
  mark('zip', 0, 'PK\x03\x04'),
  mark('7z', 0, '7z\xbc\xaf\x27\x1c'),
  mark('tar', 257, 'ustar'),
];

/** Bytes from the beginning that hold every mark counted from there. */
const headBytes = 0x9001 + 5;

/** Every format whose mark the file carries: more than one means that somebody wants it to be read in two ways. */
export async function findSignatures(read: ImageReader, sizeBytes: number): Promise<Set<Signature>> {
  const head = await read(0, Math.min(headBytes, sizeBytes));
  const tailOffset = Math.max(0, sizeBytes - 512);
  const tail = await read(tailOffset, sizeBytes - tailOffset);
  const found = new Set<Signature>();
  for (const { signature, offset, bytes } of marks) {
    const [area, at] = offset < 0 ? [tail, tail.length + offset] : [head, offset];
    if (at >= 0 && area.subarray(at, at + bytes.length).equals(bytes)) found.add(signature);
  }
  if (isVmdkDescriptor(head)) found.add('vmdk');
  return found;
}

/** What QEMU's vmdk_probe (block/vmdk.c) takes for a descriptor in text: comments and blank lines, then the version. */
function isVmdkDescriptor(head: Buffer): boolean {
  return /^(?:#[^\n]*\n| *\r?\n)*version=[123]\r?\n/.test(head.subarray(0, 4096).toString('latin1'));
}

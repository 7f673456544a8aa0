import { describe, expect, it } from 'vitest';
import { AtollError } from '#server/contract/errors.ts';
import { inspectImage } from './inspect-image.ts';

/*
 * The golden corpus (security.md 1–4, 6): what hostile people upload. Each of them must be refused, by name or as broken, and nothing
 * may make the parser fail in another way.
 */

const cluster = 65_536;

interface Qcow2 {
  version?: number;
  backingOffset?: bigint;
  backingLength?: number;
  clusterBits?: number;
  size?: bigint;
  crypt?: number;
  l1Entries?: number;
  l1Offset?: bigint;
  refcountOffset?: bigint;
  refcountClusters?: number;
  snapshots?: number;
  incompatible?: bigint;
  autoclear?: bigint;
  refcountOrder?: number;
  headerLength?: number;
  extension?: { type: number; data: string };
  also?: (image: Buffer) => void;
}

function qcow2(options: Qcow2 = {}): Buffer {
  const image = Buffer.alloc(4 * cluster);
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(options.version ?? 3, 4);
  image.writeBigUInt64BE(options.backingOffset ?? 0n, 8);
  image.writeUInt32BE(options.backingLength ?? 0, 16);
  image.writeUInt32BE(options.clusterBits ?? 16, 20);
  image.writeBigUInt64BE(options.size ?? 2n ** 30n, 24);
  image.writeUInt32BE(options.crypt ?? 0, 32);
  image.writeUInt32BE(options.l1Entries ?? 2, 36);
  image.writeBigUInt64BE(options.l1Offset ?? BigInt(3 * cluster), 40);
  image.writeBigUInt64BE(options.refcountOffset ?? BigInt(cluster), 48);
  image.writeUInt32BE(options.refcountClusters ?? 1, 56);
  image.writeUInt32BE(options.snapshots ?? 0, 60);
  const extensionsAt = options.version === 2 ? 72 : 104;
  if (options.version !== 2) {
    image.writeBigUInt64BE(options.incompatible ?? 0n, 72);
    image.writeBigUInt64BE(options.autoclear ?? 0n, 88);
    image.writeUInt32BE(options.refcountOrder ?? 4, 96);
    image.writeUInt32BE(options.headerLength ?? 104, 100);
  }
  if (options.extension) {
    image.writeUInt32BE(options.extension.type, extensionsAt);
    image.writeUInt32BE(options.extension.data.length, extensionsAt + 4);
    image.write(options.extension.data, extensionsAt + 8);
  }
  options.also?.(image);
  return image;
}

function disk(write: (image: Buffer) => unknown = () => undefined, size = 1024 * 1024): Buffer {
  const image = Buffer.alloc(size);
  write(image);
  return image;
}

function mbr(image: Buffer): void {
  image[446] = 0x80;
  image[450] = 0x83;
  image.writeUInt16LE(0xaa55, 510);
}

function iso(image: Buffer): void {
  image.write('\x01CD001\x01', 32_768, 'latin1');
}

const verdictOf = (bytes: Buffer): Promise<string> =>
  inspectImage((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)), bytes.length).then(
    ({ format }) => format,
    (error: unknown) => (error instanceof AtollError ? error.code : String(error)),
  );

const hostile: Record<string, Buffer> = {
  'qcow2 v3 with a backing file': qcow2({ backingOffset: 512n, backingLength: 11 }),
  'qcow2 v2 with a backing file': qcow2({ version: 2, backingOffset: 512n, backingLength: 11 }),
  'qcow2 with a backing length only': qcow2({ backingLength: 11 }),
  'qcow2 with an external data file name': qcow2({ extension: { type: 0x44415441, data: '/etc/shadow' } }),
  'qcow2 v2 with an external data file name': qcow2({ version: 2, extension: { type: 0x44415441, data: '/dev/sda' } }),
  'qcow2 with a backing format': qcow2({ extension: { type: 0xe2792aca, data: 'raw' } }),
  'qcow2 with a LUKS header extension': qcow2({ extension: { type: 0x0537be77, data: '0123456789abcdef' } }),
  'qcow2 with raw external data by autoclear': qcow2({ autoclear: 2n }),
  'qcow2 with AES': qcow2({ crypt: 1 }),
  'qcow2 with LUKS': qcow2({ crypt: 2 }),
  'qcow2 of 8 EiB': qcow2({ size: 2n ** 63n }),
  'qcow2 of size 0': qcow2({ size: 0n }),
  'qcow2 that is also partitioned': qcow2({ also: mbr }),
  'ISO with a qcow2 header in its system area': qcow2({ also: iso }),
  'ISO with a VMDK descriptor in its system area': disk((image) => {
    iso(image);
    image.write('# Disk DescriptorFile\nRW 1 FLAT "/etc/shadow" 0\n');
  }),
  'raw disk with a VHD footer': disk((image) => image.write('conectix', image.length - 512)),
  'VMDK sparse': disk((image) => image.write('KDMV')),
  'VMDK of ESX': disk((image) => image.write('COWD')),
  'VMDK flat descriptor': disk((image) => image.write('# Disk DescriptorFile\nRW 63 FLAT "/etc/passwd" 0')),
  'VMDK descriptor after blank lines, on a disk that boots': disk((image) => {
    image.write('\n# a comment\n\nversion=1\nRW 63 FLAT "/etc/passwd" 0\n');
    mbr(image);
  }),
  'VHD dynamic': disk((image) => image.write('conectix')),
  VHDX: disk((image) => image.write('vhdxfile')),
  VDI: disk((image) => image.write('\x7f\x10\xda\xbe', 0x40, 'latin1')),
  QED: disk((image) => image.write('QED\0')),
  'qcow v1': disk((image) => image.write('QFI\xfb\0\0\0\x01', 'latin1')),
  LUKS: disk((image) => image.write('LUKS\xba\xbe', 'latin1')),
  Parallels: disk((image) => image.write('WithoutFreeSpace')),
  Bochs: disk((image) => image.write('Bochs Virtual HD Image')),
  DMG: disk((image) => image.write('koly', image.length - 512)),
};

const broken: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'a text': Buffer.from('hello'),
  'gzip bomb': disk((image) => image.write('\x1f\x8b', 'latin1')),
  'xz bomb': disk((image) => image.write('\xfd7zXZ\0', 'latin1')),
  'zstd bomb': disk((image) => image.write('\x28\xb5\x2f\xfd', 'latin1')),
  'tar (OVA)': disk((image) => image.write('ustar', 257)),
  'qcow2 cut off': qcow2().subarray(0, 60),
  'qcow2 v3 cut off': qcow2().subarray(0, 100),
  'qcow2 version 4': qcow2({ version: 4 }),
  'qcow2 cluster bits 64': qcow2({ clusterBits: 64 }),
  'qcow2 L1 table of 32 GiB': qcow2({ l1Entries: 0xffffffff }),
  'qcow2 L1 table too short': qcow2({ size: 2n ** 40n, l1Entries: 1 }),
  'qcow2 L1 table outside': qcow2({ l1Offset: BigInt(2 ** 40) }),
  'qcow2 L1 table not aligned': qcow2({ l1Offset: BigInt(cluster + 8) }),
  'qcow2 reference table over the header': qcow2({ refcountOffset: 0n }),
  'qcow2 reference table too large': qcow2({ refcountClusters: 100_000 }),
  'qcow2 with 2^32 snapshots': qcow2({ snapshots: 0xffffffff }),
  'qcow2 header length 8': qcow2({ headerLength: 8 }),
  'qcow2 header length 1 GiB': qcow2({ headerLength: 2 ** 30 }),
  'qcow2 reference width': qcow2({ refcountOrder: 7 }),
  'qcow2 extension cut off': (() => {
    const image = qcow2({ extension: { type: 0x6803f857, data: 'x' } });
    image.writeUInt32BE(0xfffffff0, 108);
    return image;
  })(),
};

const refused = ['image_unsafe', 'image_invalid'];

describe('the golden corpus of hostile images', () => {
  it.each(Object.entries({ ...hostile, ...broken }))('refuses: %s', async (_name, bytes) => {
    expect(refused).toContain(await verdictOf(bytes));
  });

  it('refuses every incompatible feature bit that it does not know', async () => {
    // 0 dirty, 3 compression type and 4 extended L2 entries say how clusters are stored, not where.
    for (let bit = 1n; bit < 64n; bit++) {
      if (bit === 3n || bit === 4n) continue;
      expect(refused, `bit ${bit}`).toContain(await verdictOf(qcow2({ incompatible: 1n << bit })));
    }
    expect(await verdictOf(qcow2({ incompatible: 1n }))).toBe('qcow2');
  });

  it('answers with one of its codes, wherever a header is cut or spoiled', async () => {
    const image = qcow2({ extension: { type: 0x6803f857, data: 'features' } });
    const known = [...refused, 'qcow2', 'raw', 'iso'];
    for (let length = 0; length < 256; length++) expect(known).toContain(await verdictOf(image.subarray(0, length)));
    for (let at = 0; at < 256; at++) {
      const spoiled = Buffer.from(image);
      spoiled.fill(0xff, at, at + 8);
      expect(known).toContain(await verdictOf(spoiled));
    }
  });
});

describe('images that are fine', () => {
  it('pass: qcow2 of both versions, a partitioned disk, an ISO, a hybrid ISO', async () => {
    expect(await verdictOf(qcow2())).toBe('qcow2');
    expect(await verdictOf(qcow2({ version: 2 }))).toBe('qcow2');
    expect(await verdictOf(disk(mbr))).toBe('raw');
    expect(await verdictOf(disk(iso))).toBe('iso');
    expect(await verdictOf(disk((image) => [iso(image), mbr(image)]))).toBe('iso');
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from './inspect-image.ts';

const inspect = (file: Buffer) =>
  inspectImage(async (offset, length) => file.subarray(offset, offset + length), file.length);

/** A smallest valid qcow2 v3: header, refcount table and L1 table in clusters of 64 KiB. */
function qcow2(change?: (header: Buffer) => void): Buffer {
  const file = Buffer.alloc(4 * 65_536);
  file.write('QFI\xfb', 0, 'latin1');
  file.writeUInt32BE(3, 4);
  file.writeUInt32BE(16, 20);
  file.writeBigUInt64BE(2n ** 30n, 24);
  file.writeUInt32BE(2, 36);
  file.writeBigUInt64BE(0x30000n, 40);
  file.writeBigUInt64BE(0x10000n, 48);
  file.writeUInt32BE(1, 56);
  file.writeUInt32BE(4, 96);
  file.writeUInt32BE(104, 100);
  change?.(file);
  return file;
}

function rawDisk(size = 1 << 20): Buffer {
  const file = Buffer.alloc(size);
  file.writeUInt16BE(0x55aa, 510);
  return file;
}

function iso(change?: (file: Buffer) => void): Buffer {
  const file = Buffer.alloc(0xa000);
  file.write('CD001', 0x8001, 'latin1');
  change?.(file);
  return file;
}

const withText = (text: string, offset = 0, size = 1 << 20): Buffer => {
  const file = Buffer.alloc(size);
  file.write(text, offset < 0 ? size + offset : offset, 'latin1');
  return file;
};

describe('what is taken', () => {
  it('qcow2, raw disk, ISO and hybrid ISO', async () => {
    expect(await inspect(qcow2())).toEqual({ format: 'qcow2', virtualSizeBytes: 2 ** 30 });
    expect(await inspect(rawDisk())).toEqual({ format: 'raw', virtualSizeBytes: 1 << 20 });
    expect(await inspect(iso())).toMatchObject({ format: 'iso' });
    expect(await inspect(iso((file) => file.writeUInt16BE(0x55aa, 510)))).toMatchObject({ format: 'iso' });
  });

  it.each([0, 3, 4])('the harmless incompatible feature bit %i', async (bit) => {
    expect(await inspect(qcow2((header) => header.writeBigUInt64BE(1n << BigInt(bit), 72)))).toMatchObject({
      format: 'qcow2',
    });
  });
});

describe('hostile qcow2', () => {
  const bits = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ![0, 1, 3, 4].includes(bit));
  it.each(bits)('incompatible feature bit %i', async (bit) => {
    await expect(inspect(qcow2((header) => header.writeBigUInt64BE(1n << BigInt(bit), 72)))).rejects.toMatchObject({
      code: 'image_unsafe',
    });
  });

  it.each<[string, string, (header: Buffer) => void]>([
    [
      'image_unsafe',
      'backing file',
      (h) => {
        h.writeBigUInt64BE(512n, 8);
        h.writeUInt32BE(11, 16);
        h.write('/etc/shadow', 512);
      },
    ],
    ['image_unsafe', 'backing file without length', (h) => h.writeBigUInt64BE(512n, 8)],
    ['image_unsafe', 'backing length without offset', (h) => h.writeUInt32BE(11, 16)],
    [
      'image_unsafe',
      'backing format extension',
      (h) => {
        h.writeUInt32BE(0xe2792aca, 104);
        h.writeUInt32BE(3, 108);
      },
    ],
    [
      'image_unsafe',
      'external data extension',
      (h) => {
        h.writeUInt32BE(0x44415441, 104);
        h.writeUInt32BE(4, 108);
      },
    ],
    [
      'image_unsafe',
      'encryption extension',
      (h) => {
        h.writeUInt32BE(0x0537be77, 104);
        h.writeUInt32BE(16, 108);
      },
    ],
    [
      'image_unsafe',
      'extension behind a harmless one',
      (h) => {
        h.writeUInt32BE(0x6803f857, 104);
        h.writeUInt32BE(3, 108);
        h.writeUInt32BE(0x44415441, 120);
      },
    ],
    ['image_unsafe', '8 EiB', (h) => h.writeBigUInt64BE(2n ** 52n, 24)],
    ['image_invalid', 'beyond 2^53', (h) => h.writeBigUInt64BE(2n ** 63n, 24)],
    ['image_invalid', 'no size', (h) => h.writeBigUInt64BE(0n, 24)],
    ['image_invalid', 'corrupt', (h) => h.writeBigUInt64BE(2n, 72)],
    ['image_invalid', 'AES', (h) => h.writeUInt32BE(1, 32)],
    ['image_invalid', 'LUKS', (h) => h.writeUInt32BE(2, 32)],
    ['image_invalid', 'version 1', (h) => h.writeUInt32BE(1, 4)],
    ['image_invalid', 'version 4', (h) => h.writeUInt32BE(4, 4)],
    ['image_invalid', 'snapshots', (h) => h.writeUInt32BE(1, 60)],
    ['image_invalid', 'cluster bits 8', (h) => h.writeUInt32BE(8, 20)],
    ['image_invalid', 'cluster bits 22', (h) => h.writeUInt32BE(22, 20)],
    ['image_invalid', 'L1 table beyond the end', (h) => h.writeBigUInt64BE(0x40000n, 40)],
    ['image_invalid', 'header length 16', (h) => h.writeUInt32BE(16, 100)],
    [
      'image_invalid',
      'extension longer than the cluster',
      (h) => {
        h.writeUInt32BE(0x6803f857, 104);
        h.writeUInt32BE(0xfffffff0, 108);
      },
    ],
  ])('%s: %s', async (code, _what, change) => {
    await expect(inspect(qcow2(change))).rejects.toMatchObject({ code });
  });
});

describe('other formats', () => {
  it.each<[string, Buffer]>([
    ['VMDK sparse', withText('KDMV')],
    ['VMDK ESX', withText('COWD')],
    ['VMDK descriptor', withText('# Disk DescriptorFile\nRW 2048 FLAT "/etc/shadow" 0')],
    ['VHD dynamic', withText('conectix')],
    ['VHD fixed', withText('conectix', -512)],
    ['VHDX', withText('vhdxfile')],
    ['VDI', withText('\x7f\x10\xda\xbe', 0x40)],
    ['QED', withText('QED\0')],
    ['LUKS', withText('LUKS\xba\xbe')],
    ['Parallels', withText('WithoutFreeSpace')],
    ['DMG', withText('koly', -512)],
    ['gzip', withText('\x1f\x8b')],
    ['xz', withText('\xfd7zXZ\0')],
    ['a web page', withText('<!doctype html><title>404</title>')],
    ['zeroes', Buffer.alloc(1 << 20)],
    ['a short file', Buffer.from('QFI\xfb', 'latin1')],
  ])('%s is not taken', async (_name, file) => {
    await expect(inspect(file)).rejects.toMatchObject({ code: 'image_invalid' });
  });
});

describe('polyglots', () => {
  const over = (base: Buffer, text: string, offset: number): Buffer => {
    base.write(text, offset < 0 ? base.length + offset : offset, 'latin1');
    return base;
  };
  it.each<[string, Buffer]>([
    ['ISO with a qcow2 header in its system area', over(iso(), 'QFI\xfb', 0)],
    ['GPT and qcow2', over(qcow2(), 'EFI PART', 512)],
    ['MBR and qcow2', over(qcow2(), '\x55\xaa', 510)],
    ['disk with a VHD footer', over(rawDisk(), 'conectix', -512)],
    ['disk with a VMDK header', over(rawDisk(), 'KDMV', 0)],
    ['disk with a VDI header', over(rawDisk(), '\x7f\x10\xda\xbe', 0x40)],
    ['ISO with a LUKS header', over(iso(), 'LUKS\xba\xbe', 0)],
  ])('%s is unsafe', async (_name, file) => {
    await expect(inspect(file)).rejects.toMatchObject({ code: 'image_unsafe' });
  });
});

describe.skipIf(!existsSync('/usr/bin/qemu-img'))('images that qemu-img makes', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'atoll-inspect-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const make = (name: string, args: string[]): Promise<unknown> => {
    const path = join(folder, name);
    execFileSync('qemu-img', ['create', '-q', ...args, path, '5M']);
    return inspect(readFileSync(path));
  };

  it.each([
    [[]],
    [['-o', 'compat=0.10']],
    [['-o', 'cluster_size=512']],
    [['-o', 'extended_l2=on']],
    [['-o', 'compression_type=zstd']],
  ])('qcow2 %j is taken', async (options) => {
    expect(await make('image.qcow2', ['-f', 'qcow2', ...options])).toEqual({
      format: 'qcow2',
      virtualSizeBytes: 5 * 2 ** 20,
    });
  });

  it('qcow2 with an external data file is unsafe', async () => {
    await expect(make('data.qcow2', ['-f', 'qcow2', '-o', `data_file=${join(folder, 'data')}`])).rejects.toMatchObject({
      code: 'image_unsafe',
    });
  });

  it.each(['vmdk', 'vdi', 'vhdx', 'qed', 'vpc', 'parallels'])('%s is not taken', async (format) => {
    await expect(make(`image.${format}`, ['-f', format])).rejects.toMatchObject({ name: 'AtollError' });
  });
});

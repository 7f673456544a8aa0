import {
  both16,
  both32,
  directoryRecord,
  directorySector,
  type IsoEntry,
  padded,
  pathTable,
  rockRidgeDirectory,
  rockRidgeFile,
  rockRidgeRoot,
  SECTOR_BYTES,
} from './iso-record.ts';

interface IsoFile {
  /** At most 32 of the characters a–z, 0–9, dot, hyphen, underscore. */
  name: string;
  content: string;
}

/** What stands where on the disc; files follow. [ECMA-119 6.2] */
const LAYOUT = {
  primary: 16,
  joliet: 17,
  terminator: 18,
  primaryTable: 19,
  primaryTableBig: 20,
  jolietTable: 21,
  jolietTableBig: 22,
  primaryRoot: 23,
  jolietRoot: 24,
  files: 25,
} as const;

/** As genisoimage pads: tools that look for file systems (busybox's findfs) read past 64 KiB and give up at the end. */
const PADDING_SECTORS = 150;

const SELF = Buffer.from([0]);
const PARENT = Buffer.from([1]);
const NOTHING = Buffer.alloc(0);
/** A seed is read into the guest's memory whole; cloud-init's own sources stop far below. */
const CONTENT_MAX_BYTES = 1024 * 1024;

interface PlacedFile {
  name: string;
  bytes: Buffer;
  sector: number;
}

/**
 * An ISO 9660 disc with one folder of files, under their true names in both Rock Ridge and Joliet, as cloud-init's
 * NoCloud reads it. Equal input gives equal bytes. Throws TypeError or RangeError for names or sizes it cannot hold.
 */
export function seedIso(label: string, files: IsoFile[]): Buffer {
  if (!/^[a-z0-9_]{1,16}$/i.test(label)) throw new TypeError(`"${label}" cannot be the label of a disc`);
  const placed = placeFiles(files);
  const total = LAYOUT.files + placed.reduce((sum, file) => sum + sectorsOf(file.bytes), 0) + PADDING_SECTORS;
  return Buffer.concat([
    Buffer.alloc(LAYOUT.primary * SECTOR_BYTES),
    volumeDescriptor('primary', label, total),
    volumeDescriptor('joliet', label, total),
    padded(Buffer.from('\xffCD001\x01', 'latin1')),
    padded(pathTable(LAYOUT.primaryRoot, 'little')),
    padded(pathTable(LAYOUT.primaryRoot, 'big')),
    padded(pathTable(LAYOUT.jolietRoot, 'little')),
    padded(pathTable(LAYOUT.jolietRoot, 'big')),
    primaryRoot(placed),
    jolietRoot(placed),
    ...placed.map((file) => padded(file.bytes)),
    Buffer.alloc(PADDING_SECTORS * SECTOR_BYTES),
  ]);
}

function placeFiles(files: IsoFile[]): PlacedFile[] {
  let sector: number = LAYOUT.files;
  return files.map(({ name, content }) => {
    if (!/^[a-z0-9._-]{1,32}$/.test(name)) throw new TypeError(`"${name}" cannot be the name of a file on a disc`);
    const bytes = Buffer.from(content, 'utf8');
    if (bytes.length > CONTENT_MAX_BYTES) throw new RangeError(`${name} is larger than 1 MiB`);
    const placed = { name, bytes, sector };
    sector += sectorsOf(bytes);
    return placed;
  });
}

function sectorsOf(bytes: Buffer): number {
  return padded(bytes).length / SECTOR_BYTES;
}

function primaryRoot(files: PlacedFile[]): Buffer {
  const root = rootEntry(LAYOUT.primaryRoot);
  const entries = files.map((file, index) => fileEntry(file, shortName(file.name, index), rockRidgeFile(file.name)));
  return directorySector([
    directoryRecord({ ...root, identifier: SELF, systemUse: rockRidgeRoot() }),
    directoryRecord({ ...root, identifier: PARENT, systemUse: rockRidgeDirectory() }),
    ...sorted(entries).map(directoryRecord),
  ]);
}

function jolietRoot(files: PlacedFile[]): Buffer {
  const root = rootEntry(LAYOUT.jolietRoot);
  const entries = files.map((file) => fileEntry(file, ucs2(file.name), NOTHING));
  return directorySector([
    directoryRecord({ ...root, identifier: SELF }),
    directoryRecord({ ...root, identifier: PARENT }),
    ...sorted(entries).map(directoryRecord),
  ]);
}

function rootEntry(sector: number): IsoEntry {
  return { identifier: SELF, sector, bytes: SECTOR_BYTES, isDirectory: true, systemUse: NOTHING };
}

function fileEntry(file: PlacedFile, identifier: Buffer, systemUse: Buffer): IsoEntry {
  return { identifier, sector: file.sector, bytes: file.bytes.length, isDirectory: false, systemUse };
}

/** Records stand in the order of their names. [9.3] */
function sorted(entries: IsoEntry[]): IsoEntry[] {
  return entries.toSorted((a, b) => Buffer.compare(a.identifier, b.identifier));
}

/** The name for readers that know neither Rock Ridge nor Joliet: eight characters, unique by its number. [7.5] */
function shortName(name: string, index: number): Buffer {
  const stem = name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .slice(0, 6);
  return Buffer.from(`${stem}${index.toString(36).toUpperCase().padStart(2, '0')}.;1`, 'latin1');
}

/** Joliet's names: UCS-2, big endian. */
function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** [8.4] and, for Joliet, [8.5] with the escape sequence of UCS-2 level 3. */
function volumeDescriptor(kind: 'primary' | 'joliet', label: string, totalSectors: number): Buffer {
  const joliet = kind === 'joliet';
  const sector = Buffer.alloc(SECTOR_BYTES);
  const text = (value: string, offset: number, bytes: number) => {
    const encoded = joliet ? ucs2(value.padEnd(bytes / 2)) : Buffer.from(value.padEnd(bytes), 'latin1');
    encoded.subarray(0, bytes).copy(sector, offset);
  };
  sector.writeUInt8(joliet ? 2 : 1, 0);
  sector.write('CD001', 1, 'latin1');
  sector.writeUInt8(1, 6);
  text('', 8, 32);
  text(label, 40, 32);
  both32(totalSectors).copy(sector, 80);
  if (joliet) sector.write('%/E', 88, 'latin1');
  both16(1).copy(sector, 120);
  both16(1).copy(sector, 124);
  both16(SECTOR_BYTES).copy(sector, 128);
  both32(pathTable(0, 'little').length).copy(sector, 132);
  sector.writeUInt32LE(joliet ? LAYOUT.jolietTable : LAYOUT.primaryTable, 140);
  sector.writeUInt32BE(joliet ? LAYOUT.jolietTableBig : LAYOUT.primaryTableBig, 148);
  directoryRecord(rootEntry(joliet ? LAYOUT.jolietRoot : LAYOUT.primaryRoot)).copy(sector, 156);
  for (const offset of [190, 318, 446, 574]) text('', offset, 128);
  text('', 702, 37);
  text('', 739, 37);
  text('', 776, 37);
  // Four dates that are not given: digits of zero, and a zone of zero. [8.4.26.1]
  for (const offset of [813, 830, 847, 864]) sector.write('0'.repeat(16), offset, 'latin1');
  sector.writeUInt8(1, 881);
  return sector;
}

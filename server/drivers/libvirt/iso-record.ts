/** Records of an ISO 9660 directory with Rock Ridge (IEEE P1282) or Joliet names. Numbers in brackets are ECMA-119 sections. */

export const SECTOR_BYTES = 2048;

export interface IsoEntry {
  /** Name on the disc: `\0` itself, `\x01` its parent. */
  identifier: Buffer;
  sector: number;
  bytes: number;
  isDirectory: boolean;
  /** System use fields of Rock Ridge; empty in Joliet. */
  systemUse: Buffer;
}

/** 1 January 2026, so that equal contents make equal discs. [9.1.5] */
const RECORDING_TIME = [126, 1, 1, 0, 0, 0, 0];
const FLAG_DIRECTORY = 2;
const FIXED_BYTES = 33;

/** [9.1] */
export function directoryRecord(entry: IsoEntry): Buffer {
  const nameBytes = entry.identifier.length;
  const padding = nameBytes % 2 === 0 ? 1 : 0;
  const record = Buffer.alloc(FIXED_BYTES + nameBytes + padding + entry.systemUse.length);
  record.writeUInt8(record.length, 0);
  both32(entry.sector).copy(record, 2);
  both32(entry.bytes).copy(record, 10);
  record.set(RECORDING_TIME, 18);
  record.writeUInt8(entry.isDirectory ? FLAG_DIRECTORY : 0, 25);
  both16(1).copy(record, 28);
  record.writeUInt8(nameBytes, 32);
  entry.identifier.copy(record, FIXED_BYTES);
  entry.systemUse.copy(record, FIXED_BYTES + nameBytes + padding);
  return record;
}

/** One sector with the records of a directory. Throws RangeError when they do not fit. */
export function directorySector(records: Buffer[]): Buffer {
  const bytes = Buffer.concat(records);
  if (bytes.length > SECTOR_BYTES) throw new RangeError('there are too many files for one folder');
  return padded(bytes);
}

/** Fills up to whole sectors. */
export function padded(bytes: Buffer): Buffer {
  const sectors = Math.max(1, Math.ceil(bytes.length / SECTOR_BYTES));
  return Buffer.concat([bytes], sectors * SECTOR_BYTES);
}

/** The path table of a disc that has only its root. [9.4] */
export function pathTable(rootSector: number, endian: 'little' | 'big'): Buffer {
  const table = Buffer.alloc(10);
  table.writeUInt8(1, 0);
  if (endian === 'little') table.writeUInt32LE(rootSector, 2);
  else table.writeUInt32BE(rootSector, 2);
  if (endian === 'little') table.writeUInt16LE(1, 6);
  else table.writeUInt16BE(1, 6);
  return table;
}

/** SUSP's SP and Rock Ridge's ER: what follows is Rock Ridge. They stand in the root's record of itself. */
export function rockRidgeRoot(): Buffer {
  const er = Buffer.from('ER\x12\x01\x0a\x00\x00\x01RRIP_1991A', 'latin1');
  return Buffer.concat([Buffer.from('SP\x07\x01\xbe\xef\x00', 'latin1'), posixAttributes(0o040555, 2), even(er)]);
}

/** PX (mode, links, owner) and NM (the true name). */
export function rockRidgeFile(name: string): Buffer {
  const bytes = Buffer.from(name, 'latin1');
  const nm = Buffer.concat([Buffer.from(['N'.charCodeAt(0), 'M'.charCodeAt(0), 5 + bytes.length, 1, 0]), bytes]);
  return even(Buffer.concat([posixAttributes(0o100444, 1), nm]));
}

export function rockRidgeDirectory(): Buffer {
  return posixAttributes(0o040555, 2);
}

function posixAttributes(mode: number, links: number): Buffer {
  return Buffer.concat([Buffer.from('PX\x24\x01', 'latin1'), both32(mode), both32(links), both32(0), both32(0)]);
}

/** A record has an even length. */
function even(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}

/** Little endian, then big endian. [7.3.3] */
export function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** [7.2.3] */
export function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

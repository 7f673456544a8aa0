import { STRUCTS } from './protocol.gen.ts';
import { ProtocolError } from './protocol-error.ts';
import { TYPED_PARAM_TYPES, type TypedParam } from './typed-param.ts';
import { XdrReader } from './xdr-reader.ts';
import { XdrWriter } from './xdr-writer.ts';

/** The tables of protocol.gen.ts say the fields in wire order as `name: type`. */
export type FieldTable = Readonly<Record<string, string>>;
type Values = Record<string, unknown>;

/** Writes and reads one type of the notation. `minBytes` is the least it takes on the wire: it bounds hostile counts. */
interface TypeCodec {
  minBytes: number;
  write(writer: XdrWriter, value: unknown): void;
  read(reader: XdrReader): unknown;
}

/** Structs never nest deeper than this in libvirt; a table that does is a mistake, not a message. */
const DEPTH_MAX = 8;
const CSTR32_CHARS = 32;

/** Encodes `values` field by field. Throws TypeError or RangeError, naming the field, for a value that does not fit. */
export function encodeFields(table: FieldTable, values: object): Buffer {
  const writer = new XdrWriter();
  structCodec(table).write(writer, values);
  return writer.finish();
}

/** Decodes a whole payload. The caller names its type, which must be the generated one for `table`. Throws ProtocolError. */
export function decodeFields<T>(table: FieldTable, payload: Buffer): T {
  const reader = new XdrReader(payload);
  const values = structCodec(table).read(reader);
  reader.end();
  return values as T;
}

const structCodecs = new WeakMap<FieldTable, TypeCodec>();

function structCodec(table: FieldTable, depth = 0): TypeCodec {
  if (depth > DEPTH_MAX) throw new Error('libvirt structs nest too deeply');
  const cached = structCodecs.get(table);
  if (cached) return cached;
  const fields = Object.entries(table).map(([name, type]) => ({ name, codec: typeCodec(type, depth) }));
  const codec: TypeCodec = {
    minBytes: fields.reduce((sum, field) => sum + field.codec.minBytes, 0),
    write(writer, value) {
      if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
      for (const field of fields) {
        try {
          field.codec.write(writer, (value as Values)[field.name]);
        } catch (cause) {
          throw new TypeError(`${field.name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        }
      }
    },
    read(reader) {
      const result: Values = {};
      for (const field of fields) result[field.name] = field.codec.read(reader);
      return result;
    },
  };
  structCodecs.set(table, codec);
  return codec;
}

function typeCodec(type: string, depth: number): TypeCodec {
  if (type.endsWith('?')) return optional(typeCodec(type.slice(0, -1), depth));
  if (type.endsWith('[]')) return list(typeCodec(type.slice(0, -2), depth));
  const primitive = PRIMITIVES[type];
  if (primitive) return primitive;
  const table = (STRUCTS as Record<string, FieldTable>)[type];
  if (!table) throw new Error(`protocol.gen.ts names an unknown type: ${type}`);
  return structCodec(table, depth + 1);
}

function optional(codec: TypeCodec): TypeCodec {
  return {
    minBytes: 4,
    write(writer, value) {
      writer.uint(value === null ? 0 : 1);
      if (value !== null) codec.write(writer, value);
    },
    read: (reader) => (reader.flag() ? codec.read(reader) : null),
  };
}

function list(codec: TypeCodec): TypeCodec {
  return {
    minBytes: 4,
    write(writer, value) {
      if (!Array.isArray(value)) throw new TypeError('expected an array');
      writer.uint(value.length);
      for (const item of value) codec.write(writer, item);
    },
    read(reader) {
      const count = reader.count(codec.minBytes);
      const items: unknown[] = [];
      for (let index = 0; index < count; index++) items.push(codec.read(reader));
      return items;
    },
  };
}

const PRIMITIVES: Record<string, TypeCodec> = {
  int: { minBytes: 4, write: (writer, value) => writer.int(value as number), read: (reader) => reader.int() },
  uint: { minBytes: 4, write: (writer, value) => writer.uint(value as number), read: (reader) => reader.uint() },
  long: { minBytes: 8, write: (writer, value) => writer.long(value as bigint), read: (reader) => reader.long() },
  ulong: { minBytes: 8, write: (writer, value) => writer.ulong(value as bigint), read: (reader) => reader.ulong() },
  double: { minBytes: 8, write: (writer, value) => writer.double(value as number), read: (reader) => reader.double() },
  string: { minBytes: 4, write: (writer, value) => writer.string(asString(value)), read: (reader) => reader.string() },
  bytes: { minBytes: 4, write: (writer, value) => writer.bytes(value as Uint8Array), read: (reader) => reader.bytes() },
  uuid: { minBytes: 16, write: writeUuid, read: readUuid },
  params: list({ minBytes: 12, write: writeTypedParam, read: readTypedParam }),
  cstr32: { minBytes: 4 * CSTR32_CHARS, write: writeCharArray, read: readCharArray },
};

function asString(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('expected a string');
  // libvirt takes C strings: everything after a NUL would silently be cut off.
  if (value.includes('\0')) throw new TypeError('a string must not contain NUL');
  return value;
}

function writeUuid(writer: XdrWriter, value: unknown): void {
  const text = asString(value);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new TypeError(`"${text}" is not a UUID`);
  writer.fixed(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

function readUuid(reader: XdrReader): string {
  return reader
    .fixed(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Each char of a C array is four bytes in XDR. */
function writeCharArray(writer: XdrWriter, value: unknown): void {
  const bytes = Buffer.alloc(CSTR32_CHARS);
  bytes.write(asString(value).slice(0, CSTR32_CHARS - 1), 'latin1');
  for (const byte of bytes) writer.int(byte);
}

function readCharArray(reader: XdrReader): string {
  const codes: number[] = [];
  for (let index = 0; index < CSTR32_CHARS; index++) codes.push(reader.int() & 0xff);
  const end = codes.indexOf(0);
  return Buffer.from(end < 0 ? codes : codes.slice(0, end)).toString('utf8');
}

function writeTypedParam(writer: XdrWriter, value: unknown): void {
  const param = value as TypedParam;
  writer.string(asString(param.field));
  writer.int(TYPED_PARAM_TYPES.indexOf(param.type) + 1);
  switch (param.type) {
    case 'int':
      writer.int(param.value);
      break;
    case 'uint':
      writer.uint(param.value);
      break;
    case 'double':
      writer.double(param.value);
      break;
    case 'llong':
      writer.long(param.value);
      break;
    case 'ullong':
      writer.ulong(param.value);
      break;
    case 'boolean':
      writer.int(param.value ? 1 : 0);
      break;
    case 'string':
      writer.string(asString(param.value));
      break;
  }
}

function readTypedParam(reader: XdrReader): TypedParam {
  const field = reader.string();
  const number = reader.int();
  const type = TYPED_PARAM_TYPES[number - 1];
  if (type === undefined) throw new ProtocolError(`typed parameter "${field}" has the unknown type ${number}`);
  switch (type) {
    case 'int':
      return { field, type, value: reader.int() };
    case 'uint':
      return { field, type, value: reader.uint() };
    case 'double':
      return { field, type, value: reader.double() };
    case 'llong':
      return { field, type, value: reader.long() };
    case 'ullong':
      return { field, type, value: reader.ulong() };
    case 'boolean':
      return { field, type, value: reader.int() !== 0 };
    case 'string':
      return { field, type, value: reader.string() };
  }
}

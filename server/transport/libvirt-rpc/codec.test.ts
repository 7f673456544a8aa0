import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeFields, encodeFields, type FieldTable } from './codec.ts';
import { EVENTS, PROCEDURES, STRUCTS } from './protocol.gen.ts';
import { ProtocolError } from './protocol-error.ts';
import { TYPED_PARAM_TYPES } from './typed-param.ts';

const int = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const uint = fc.nat({ max: 0xffff_ffff });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const ulong = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));

const typedParam = fc.oneof(
  fc.record({ field: text, type: fc.constant('int'), value: int }),
  fc.record({ field: text, type: fc.constant('uint'), value: uint }),
  fc.record({ field: text, type: fc.constant('llong'), value: long }),
  fc.record({ field: text, type: fc.constant('ullong'), value: ulong }),
  fc.record({ field: text, type: fc.constant('double'), value: fc.double({ noNaN: true }) }),
  fc.record({ field: text, type: fc.constant('boolean'), value: fc.boolean() }),
  fc.record({ field: text, type: fc.constant('string'), value: text }),
);

const primitives: Record<string, fc.Arbitrary<unknown>> = {
  int,
  uint,
  long,
  ulong,
  double: fc.double({ noNaN: true }),
  string: text,
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  uuid: fc.uuid(),
  cstr32: fc.stringMatching(/^[ -~]{0,31}$/),
  params: fc.array(typedParam, { maxLength: 5 }),
};

function valuesOf(table: FieldTable): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(Object.entries(table).map(([name, type]) => [name, oneOf(type)])));
}

function oneOf(type: string): fc.Arbitrary<unknown> {
  if (type.endsWith('?')) return fc.option(oneOf(type.slice(0, -1)));
  if (type.endsWith('[]')) return fc.array(oneOf(type.slice(0, -2)), { maxLength: 3 });
  return primitives[type] ?? valuesOf(STRUCTS[type as keyof typeof STRUCTS]);
}

const tables = [
  ...Object.entries(STRUCTS).map(([name, table]) => [name, table] as const),
  ...Object.entries(EVENTS).map(([name, event]) => [name, event.body] as const),
  ...Object.entries(PROCEDURES).flatMap(([name, call]) => [
    [`${name} arguments`, call.args] as const,
    [`${name} result`, call.result] as const,
  ]),
] as [string, FieldTable][];

it.each(tables)('%s comes back as it was written', (_name, table) => {
  fc.assert(
    fc.property(valuesOf(table), (values) => {
      expect(decodeFields(table, encodeFields(table, values))).toEqual(values);
    }),
    { numRuns: 20 },
  );
});

it.each(tables)('%s cut short, or with bytes left, is a ProtocolError and nothing else', (_name, table) => {
  const [values] = fc.sample(valuesOf(table), { numRuns: 1, seed: 7 });
  const bytes = encodeFields(table, values ?? {});
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeFields(table, bytes.subarray(0, length))).toThrow(ProtocolError);
  }
  expect(() => decodeFields(table, Buffer.concat([bytes, Buffer.alloc(4)]))).toThrow(ProtocolError);
});

it('survives random bytes in every place', () => {
  const table = fc.constantFrom(...tables);
  fc.assert(
    fc.property(table, fc.uint8Array({ maxLength: 200 }), ([, fields], bytes) => {
      try {
        decodeFields(fields, Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
    { numRuns: 5_000 },
  );
});

it('writes as libvirt does', () => {
  const dom = { name: 'web', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: -1 };
  expect(encodeFields(PROCEDURES.domainGetXMLDesc.args, { dom, flags: 3 }).toString('hex')).toBe(
    '00000003' + '77656200' + '6695eb01f6a4830479aa97f2502e193f' + 'ffffffff' + '00000003',
  );
  const params = [{ field: 'bandwidth', type: 'ullong', value: 5n }];
  expect(encodeFields({ params: 'params' }, { params }).toString('hex')).toBe(
    '00000001' + '00000009' + Buffer.from('bandwidth').toString('hex') + '000000' + '00000004' + '0000000000000005',
  );
});

it('refuses counts and lengths that the message cannot hold, without making room for them', () => {
  const many = Buffer.from('ffffffff', 'hex');
  expect(() => decodeFields({ domains: 'Domain[]' }, many)).toThrow(/list of 4294967295 items/);
  expect(() => decodeFields({ params: 'params' }, many)).toThrow(/list/);
  expect(() => decodeFields({ xml: 'string' }, many)).toThrow(/over the limit/);
  expect(() => decodeFields({ value: 'bytes' }, many)).toThrow(/over the limit/);
});

it('refuses values that do not fit, and names the field', () => {
  const dom = { name: 'web', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: -1 };
  const table = PROCEDURES.domainGetXMLDesc.args;
  expect(() => encodeFields(table, { dom, flags: 2 ** 32 })).toThrow(/^flags: /);
  expect(() => encodeFields(table, { dom: { ...dom, name: 'a\0b' }, flags: 0 })).toThrow(/^dom: name: .*NUL/);
  expect(() => encodeFields(table, { dom: { ...dom, uuid: 'nonsense' }, flags: 0 })).toThrow(/^dom: uuid: /);
  expect(() => encodeFields(table, { flags: 0 })).toThrow(/^dom: /);
  expect(() => encodeFields({ size: 'ulong' }, { size: -1n })).toThrow(/^size: /);
});

it('names the types of parameters in the order of their numbers', () => {
  expect(TYPED_PARAM_TYPES.indexOf('ullong') + 1).toBe(4);
  const unknown = Buffer.from('00000001' + '00000000' + '00000008' + '00000000', 'hex');
  expect(() => decodeFields({ params: 'params' }, unknown)).toThrow(/unknown type 8/);
});

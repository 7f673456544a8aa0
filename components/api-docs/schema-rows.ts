import type { JsonSchema } from './api-document.ts';

/** One line of a schema as it is shown: a field, or the heading of one of several shapes. */
export interface SchemaRow {
  /** Path from the root; unique. */
  key: string;
  depth: number;
  /** Field name; null for a heading. */
  name: string | null;
  type: string;
  /** Name of the schema that is told of elsewhere; null where it is told here. */
  ref: string | null;
  required: boolean;
  description: string | null;
  /** Bounds such as `1–512` or `≤ 63`; null without any. */
  limits: string | null;
  /** Value where it is left out, as JSON; null without one. */
  fallback: string | null;
}

const refName = (ref: string): string => ref.split('/').at(-1) ?? ref;
const isNull = (schema: JsonSchema): boolean => schema.type === 'null';
const variantsOf = (schema: JsonSchema): JsonSchema[] => schema.anyOf ?? schema.oneOf ?? [];

/** A type in words of JSON: `string`, `"vm" | "container"`, `Host[]`, `integer | null`. */
export function typeText(schema: JsonSchema): string {
  if (schema.$ref) return refName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const variants = variantsOf(schema);
  if (variants.length > 0) return [...new Set(variants.map(typeText))].join(' | ');
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  if (schema.type === 'array' && schema.items) {
    const item = typeText(schema.items);
    return item.includes('|') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object' && !schema.properties)
    return `{ [name]: ${typeText(schema.additionalProperties)} }`;
  if (schema.format) return schema.format;
  return schema.type ?? 'any';
}

const range = (from: number | undefined, to: number | undefined): string | null => {
  // What zod writes for a plain integer is no bound that anybody means.
  const low = from === undefined || from <= Number.MIN_SAFE_INTEGER ? null : from;
  const high = to === undefined || to >= Number.MAX_SAFE_INTEGER ? null : to;
  if (low !== null && high !== null) return low === high ? `${low}` : `${low}–${high}`;
  if (high !== null) return `≤ ${high}`;
  return low !== null && low > 0 ? `≥ ${low}` : null;
};

const limitsOf = ({ minimum, maximum, minLength, maxLength, minItems, maxItems }: JsonSchema): string | null =>
  range(minimum, maximum) ?? range(minLength, maxLength) ?? range(minItems, maxItems);

/** Deeper than this a schema is told of by its type alone. */
const deepest = 4;

/** A schema as lines: its fields, theirs below them; several shapes one after another under headings. */
export function schemaRows(schema: JsonSchema, depth = 0, path = ''): SchemaRow[] {
  if (depth > deepest || schema.$ref) return [];
  if (schema.type === 'array' && schema.items) return schemaRows(schema.items, depth, path);
  const shapes = variantsOf(schema).filter((variant) => !isNull(variant));
  if (shapes.length === 1 && shapes[0]) return schemaRows(shapes[0], depth, path);
  if (shapes.length > 1) return shapes.flatMap((shape, index) => shapeRows(shape, depth, `${path}|${index}`));
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const key = `${path}.${name}`;
    return [
      fieldRow(name, field, schema.required?.includes(name) ?? false, depth, key),
      ...schemaRows(field, depth + 1, key),
    ];
  });
}

/** A shape is told apart by the fields that have one fixed value. Shapes without fields need no heading. */
function shapeRows(shape: JsonSchema, depth: number, key: string): SchemaRow[] {
  const rows = schemaRows(shape, depth + 1, key);
  if (rows.length === 0 && !shape.$ref) return [];
  const fixed = Object.entries(shape.properties ?? {})
    .filter(([, field]) => field.const !== undefined)
    .map(([name, field]) => `${name}: ${JSON.stringify(field.const)}`);
  const heading = fieldRow(null, shape, false, depth, key);
  return [{ ...heading, type: fixed.join(', ') || typeText(shape) }, ...rows];
}

function fieldRow(name: string | null, field: JsonSchema, required: boolean, depth: number, key: string): SchemaRow {
  const inner = field.$ref ?? field.items?.$ref ?? variantsOf(field).find(({ $ref }) => $ref)?.$ref;
  return {
    key,
    depth,
    name,
    type: typeText(field),
    ref: inner ? refName(inner) : null,
    required,
    description: field.description ?? null,
    limits: limitsOf(field),
    fallback: field.default === undefined ? null : JSON.stringify(field.default),
  };
}

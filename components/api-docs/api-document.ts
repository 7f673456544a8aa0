import { z } from 'zod';

const text = z.string().optional();

/** As much of JSON Schema (2020-12) as the document of Atoll uses. */
export interface JsonSchema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  format?: string | undefined;
  pattern?: string | undefined;
  description?: string | undefined;
  const?: unknown;
  default?: unknown;
  enum?: unknown[] | undefined;
  properties?: Record<string, JsonSchema> | undefined;
  required?: string[] | undefined;
  items?: JsonSchema | undefined;
  additionalProperties?: JsonSchema | boolean | undefined;
  anyOf?: JsonSchema[] | undefined;
  oneOf?: JsonSchema[] | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
}

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    $ref: text,
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: text,
    pattern: text,
    description: text,
    const: z.unknown().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
    items: jsonSchema.optional(),
    additionalProperties: z.union([z.boolean(), jsonSchema]).optional(),
    anyOf: z.array(jsonSchema).optional(),
    oneOf: z.array(jsonSchema).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
  }),
);

const content = z.record(z.string(), z.object({ schema: jsonSchema.optional(), example: z.unknown().optional() }));

const parameterSchema = z.object({
  in: z.enum(['path', 'query', 'header', 'cookie']),
  name: z.string(),
  required: z.boolean().default(false),
  description: text,
  schema: jsonSchema.default({}),
});

const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: text,
  tags: z.array(z.string()).default([]),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
});

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const;
export type ApiMethod = (typeof methods)[number];

/** The parts of an OpenAPI 3.1 document that are shown. */
export const apiDocumentSchema = z.object({
  info: z.object({ version: z.string() }),
  servers: z.array(z.object({ url: z.string() })).min(1),
  paths: z.record(z.string(), z.partialRecord(z.enum(methods), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), jsonSchema) }),
});
type ApiDocument = z.output<typeof apiDocumentSchema>;

export interface ApiOperation extends z.output<typeof operationSchema> {
  method: ApiMethod;
  path: string;
  /** What a token needs; empty for any token. */
  scopes: string[];
}

/** The operations under their resource, both in the order of the document. */
export function operationsByResource({ paths }: ApiDocument): Map<string, ApiOperation[]> {
  const groups = new Map<string, ApiOperation[]>();
  for (const [path, verbs] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = verbs[method];
      if (!operation) continue;
      const resource = operation.tags[0] ?? '';
      const scopes = operation.security.flatMap((each) => Object.values(each).flat());
      groups.set(resource, [...(groups.get(resource) ?? []), { ...operation, method, path, scopes }]);
    }
  }
  return groups;
}

/** Whether every word of a search stands in the method, path, summary, id or scopes of an operation. */
export function matches({ method, path, summary, operationId, scopes }: ApiOperation, search: string): boolean {
  const all = [method, path, summary, operationId, ...scopes].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

import { expect, it } from 'vitest';
import { type ApiOperation, apiDocumentSchema, matches, operationsByResource } from './api-document.ts';
import { curlExample } from './curl-example.ts';
import { schemaRows, typeText } from './schema-rows.ts';

const document = apiDocumentSchema.parse({
  info: { version: '1' },
  servers: [{ url: 'https://atoll.example/api/v1' }],
  paths: {
    '/flavors/{flavor}': {
      put: {
        operationId: 'flavorUpdate',
        summary: 'Change a flavor',
        tags: ['flavor'],
        security: [{ token: ['flavor:write'] }],
        parameters: [{ in: 'header', name: 'If-Match', required: true, schema: { type: 'string' } }],
        requestBody: {
          content: { 'application/json': { schema: { type: 'object' }, example: { name: "ada's" } } },
        },
        responses: { '200': { description: 'Success' } },
      },
    },
  },
  components: { schemas: {} },
});
const operation = operationsByResource(document).get('flavor')?.[0] as ApiOperation;

it('groups operations by resource and knows their scopes', () => {
  expect(operation).toMatchObject({ method: 'put', path: '/flavors/{flavor}', scopes: ['flavor:write'] });
});

it('finds operations by every word', () => {
  expect(matches(operation, 'PUT flavors')).toBe(true);
  expect(matches(operation, 'flavor:write')).toBe(true);
  expect(matches(operation, 'put hosts')).toBe(false);
});

it('writes a command that a shell reads as it is meant', () => {
  expect(curlExample(operation, 'https://atoll.example/api/v1')).toBe(
    [
      'curl -X PUT',
      '-H "Authorization: Bearer $TOKEN"',
      `-H 'If-Match: "VERSION"'`,
      `-H 'Content-Type: application/json'`,
      `-d '{"name":"ada'\\''s"}'`,
      `'https://atoll.example/api/v1/flavors/{flavor}'`,
    ].join(' \\\n  '),
  );
});

it('names types', () => {
  expect(typeText({ type: 'string', format: 'uuid' })).toBe('uuid');
  expect(typeText({ enum: ['a', 'b'] })).toBe('"a" | "b"');
  expect(typeText({ type: 'array', items: { $ref: '#/components/schemas/Host' } })).toBe('Host[]');
  expect(typeText({ anyOf: [{ type: 'integer' }, { type: 'null' }] })).toBe('integer | null');
  expect(typeText({ type: 'object', additionalProperties: { type: 'string' } })).toBe('{ [name]: string }');
});

it('lists fields below the field that holds them, and shapes under headings', () => {
  const rows = schemaRows({
    type: 'object',
    required: ['source'],
    properties: {
      source: {
        oneOf: [
          { type: 'object', properties: { type: { const: 'url' }, url: { type: 'string', maxLength: 9 } } },
          { type: 'object', properties: { type: { const: 'upload' } } },
        ],
      },
      count: { type: 'integer', minimum: 1, maximum: 50, default: 1 },
    },
  });
  expect(rows.map(({ depth, name, type }) => [depth, name, type])).toEqual([
    [0, 'source', 'object'],
    [1, null, 'type: "url"'],
    [2, 'type', '"url"'],
    [2, 'url', 'string'],
    [1, null, 'type: "upload"'],
    [2, 'type', '"upload"'],
    [0, 'count', 'integer'],
  ]);
  expect(rows.find(({ name }) => name === 'url')?.limits).toBe('≤ 9');
  expect(rows.at(-1)).toMatchObject({ limits: '1–50', fallback: '1', required: false });
});

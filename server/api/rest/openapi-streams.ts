import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { auditExportFormats, auditFilterSchema } from '#server/contract/audit.ts';
import { changeSchema, eventTopics } from '#server/contract/event.ts';
import { hostSchema } from '#server/contract/host.ts';
import { idSchema, projectRefSchema } from '#server/contract/ids.ts';
import { imageSchema } from '#server/contract/image.ts';
import { operationSchema } from '#server/contract/operation.ts';
import { problemDocumentSchema } from '#server/contract/problem.ts';
import { usageExportFormats, usageRangeSchema } from '#server/contract/usage.ts';

const failure = {
  description: 'A problem document',
  content: { 'application/problem+json': { schema: problemDocumentSchema } },
};
const bytes = { required: true, content: { 'application/octet-stream': { schema: { type: 'string' as const } } } };
const imagePath = z.object({ image: idSchema });
const uploadHeaders = z.object({ 'Upload-Offset': z.string(), 'Upload-Length': z.string() });
const incomplete = { description: 'Taken; more is missing', headers: uploadHeaders };
const complete = {
  description: 'Complete and found to be sound',
  headers: uploadHeaders,
  content: { 'application/json': { schema: imageSchema } },
};

/** A file of what a list shows, with the same filters. */
const fileOf = (
  name: string,
  summary: string,
  scope: string,
  query: z.ZodObject,
  types: readonly string[],
): ZodOpenApiPathsObject[string] => ({
  get: {
    operationId: name,
    summary,
    tags: [name.startsWith('audit') ? 'audit' : 'usage'],
    security: [{ token: [scope] }],
    requestParams: {
      query,
      ...(name.endsWith('InProject') && { path: z.object({ project: projectRefSchema }) }),
    },
    responses: {
      '200': {
        description: 'The file',
        content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' as const } }])),
      },
      '413': failure,
      default: failure,
    },
  },
});
const auditQuery = auditFilterSchema.extend({ format: z.enum(auditExportFormats) });
const usageQuery = usageRangeSchema.extend({ format: z.enum(usageExportFormats) });
const auditTypes = ['text/csv', 'application/jsonl'];
const usageTypes = ['text/csv', 'application/json'];

/** The routes that carry no JSON, and so are not in the registry. */
export const streamPaths: ZodOpenApiPathsObject = {
  '/events': {
    get: {
      operationId: 'eventStream',
      summary: 'Every change that you may see, as server-sent events',
      description:
        'Each event is a change with its `seq` as id. 410 when the place is no longer kept: read the lists again.',
      tags: ['event'],
      security: [{ token: [] }],
      requestParams: {
        query: z.object({
          topics: z
            .string()
            .optional()
            .describe(`Comma-separated, of ${eventTopics.join(', ')}; all where it is missing`),
          after: z.string().optional().describe('A seq, as Last-Event-ID'),
        }),
        header: z.object({ 'Last-Event-ID': z.string().optional().describe('Goes on after this seq') }),
      },
      responses: {
        '200': { description: 'The stream', content: { 'text/event-stream': { schema: changeSchema } } },
        '410': failure,
        default: failure,
      },
    },
  },
  '/images/{image}/data': {
    head: {
      operationId: 'imageUploadState',
      summary: 'How far the upload is',
      tags: ['image'],
      security: [{ token: ['image:write'] }],
      requestParams: { path: imagePath },
      responses: { '200': complete, '204': incomplete, default: failure },
    },
    put: {
      operationId: 'imageUpload',
      summary: 'Upload an image, whole or a range of it',
      tags: ['image'],
      security: [{ token: ['image:write'] }],
      requestParams: {
        path: imagePath,
        header: z.object({ 'Content-Range': z.string().optional().describe('bytes FIRST-LAST/TOTAL') }),
      },
      requestBody: bytes,
      responses: { '200': complete, '204': incomplete, default: failure },
    },
    patch: {
      operationId: 'imageUploadResume',
      summary: 'Go on with an upload',
      tags: ['image'],
      security: [{ token: ['image:write'] }],
      requestParams: { path: imagePath, header: z.object({ 'Upload-Offset': z.string() }) },
      requestBody: bytes,
      responses: { '200': complete, '204': incomplete, default: failure },
    },
  },
  '/hosts/{host}/container-images/data': {
    put: {
      operationId: 'hostLoadImage',
      summary: 'Load container images from a tar, as `docker save` writes it',
      tags: ['host'],
      security: [{ token: ['host:write'] }],
      requestParams: { path: z.object({ host: idSchema }) },
      requestBody: { required: true, content: { 'application/x-tar': { schema: { type: 'string' as const } } } },
      responses: {
        '202': {
          description: 'It is being loaded',
          headers: z.object({ Location: z.string() }),
          content: { 'application/json': { schema: z.object({ host: hostSchema, operation: operationSchema }) } },
        },
        default: failure,
      },
    },
  },
  '/audit/export': fileOf('auditExport', 'Audit of the whole cloud as a file', 'audit:read', auditQuery, auditTypes),
  '/projects/{project}/audit/export': fileOf(
    'auditExportInProject',
    'Audit of a project as a file',
    'project:audit',
    auditQuery,
    auditTypes,
  ),
  '/usage/export': fileOf('usageExport', 'What all projects used, as a file', 'system:read', usageQuery, usageTypes),
  '/projects/{project}/usage/export': fileOf(
    'usageExportInProject',
    'What a project used, as a file',
    'usage:read',
    usageQuery,
    usageTypes,
  ),
};

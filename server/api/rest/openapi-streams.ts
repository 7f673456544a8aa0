import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { changeSchema, eventTopics } from '#server/contract/event.ts';
import { hostSchema } from '#server/contract/host.ts';
import { idSchema } from '#server/contract/ids.ts';
import { imageSchema } from '#server/contract/image.ts';
import { operationSchema } from '#server/contract/operation.ts';
import { problemDocumentSchema } from '#server/contract/problem.ts';

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
};

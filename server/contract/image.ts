import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema, titleSchema } from './ids.ts';
import { imageFormats, imageStates } from './image-state.ts';
import { pageInput, pageOf } from './list.ts';
import { operationSchema } from './operation.ts';

const sha256 = z
  .string()
  .toLowerCase()
  .regex(/^[a-f0-9]{64}$/, 'Write the SHA-256 as 64 hex digits.');

/** Largest file Atoll takes: 1 TiB. */
export const maxImageBytes = 2 ** 40;

export const imageSchema = z.object({
  id: idSchema,
  projectId: idSchema.nullable().describe('null: public, for every project'),
  name: z.string(),
  state: z.enum(imageStates),
  stateReason: z.string().nullable(),
  format: z.enum(imageFormats).nullable(),
  sizeBytes: z.number().nullable(),
  virtualSizeBytes: z.number().nullable(),
  minDiskGiB: z.number().int().nullable(),
  sha256: z.string().nullable(),
  sourceUrl: z.string().nullable(),
  upload: z.object({ receivedBytes: z.number(), totalBytes: z.number() }).nullable(),
  defaultUser: z.string().nullable().describe('The account that the SSH keys go to'),
  task: z
    .object({ operationId: idSchema, kind: z.string(), step: z.string().nullable(), percent: z.number().int() })
    .nullable(),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Image = z.output<typeof imageSchema>;

/** Well-known cloud images, by URL; checksums are looked up by the admin on the publisher's page. */
export const catalogEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  os: z.string(),
  arch: z.string(),
  url: z.string(),
  checksumsUrl: z.string(),
  defaultUser: z.string(),
});

export const createImageSchema = z.strictObject({
  name: titleSchema,
  project: projectRefSchema.optional().describe('Empty: public (needs image:publish)'),
  defaultUser: z
    .string()
    .max(32)
    .regex(/^[a-z_][a-z0-9_-]*$/)
    .optional(),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('upload'),
      sizeBytes: z.int().min(1).max(maxImageBytes),
      sha256: sha256.optional(),
    }),
    z.strictObject({
      type: z.literal('url'),
      url: z.url({ protocol: /^https?$/ }).max(2048),
      sha256: sha256.optional(),
      sha512: z
        .string()
        .toLowerCase()
        .regex(/^[a-f0-9]{128}$/)
        .optional(),
    }),
  ]),
});

const started = z.object({ image: imageSchema, operation: operationSchema.nullable() });

export const imageApi = {
  list: endpoint({
    type: 'query',
    summary: 'Public images and those of your projects',
    policy: { kind: 'visible', permission: 'image:read' },
    rest: { method: 'GET', path: '/images' },
    input: z.strictObject({
      ...pageInput,
      project: projectRefSchema.optional(),
      search: z.string().max(100).optional(),
      state: z.enum(imageStates).optional(),
    }),
    output: pageOf(imageSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One image',
    policy: { kind: 'visible', permission: 'image:read' },
    rest: { method: 'GET', path: '/images/{image}', etag: 'sent' },
    input: z.strictObject({ image: idSchema }),
    output: imageSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create an image: then PUT its bytes to /images/{image}/data, or it is imported from the URL',
    policy: { kind: 'visible', permission: 'image:write' },
    rest: { method: 'POST', path: '/images', status: 202 },
    input: createImageSchema,
    output: started,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete an image; instances made from it live on',
    policy: { kind: 'visible', permission: 'image:write' },
    rest: { method: 'DELETE', path: '/images/{image}', status: 202 },
    input: z.strictObject({ image: idSchema }),
    output: z.object({ image: imageSchema, operation: operationSchema }),
  }),
  catalog: endpoint({
    type: 'query',
    summary: 'Well-known cloud images',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/image-catalog' },
    input: z.strictObject({}),
    output: z.object({ items: z.array(catalogEntrySchema), nextCursor: z.null() }),
  }),
};

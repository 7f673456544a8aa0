import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { operationSchema } from './operation.ts';

/** A disk of a VM or a named volume of a container. Kept ones count against the quota until they are deleted. */
export const volumeSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  name: z.string(),
  kind: z.enum(['disk', 'container']),
  state: z.enum(['creating', 'ready', 'deleting', 'failed']),
  sizeGiB: z.number().int(),
  host: z.object({ id: idSchema, name: z.string() }),
  instance: z.object({ id: idSchema, name: z.string() }).nullable(),
  bootable: z.boolean(),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Volume = z.output<typeof volumeSchema>;

const ref = { project: projectRefSchema, volume: idSchema };

export const volumeApi = {
  list: endpoint({
    type: 'query',
    summary: 'Volumes of a project',
    policy: { kind: 'project', permission: 'volume:read' },
    rest: { method: 'GET', path: '/projects/{project}/volumes' },
    input: z.strictObject({ project: projectRefSchema, ...pageInput }),
    output: pageOf(volumeSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One volume',
    policy: { kind: 'project', permission: 'volume:read' },
    rest: { method: 'GET', path: '/projects/{project}/volumes/{volume}', etag: 'sent' },
    input: z.strictObject(ref),
    output: volumeSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a volume that nothing uses',
    policy: { kind: 'project', permission: 'volume:write', whenClosed: 'archived' },
    rest: { method: 'DELETE', path: '/projects/{project}/volumes/{volume}', status: 202 },
    input: z.strictObject(ref),
    output: z.object({ volume: volumeSchema, operation: operationSchema }),
  }),
};

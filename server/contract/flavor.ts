import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, labelSchema, timeSchema } from './ids.ts';
import { sizeFields } from './instance.ts';
import { pageInput, pageOf } from './list.ts';

export const flavorSchema = z.object({
  id: idSchema,
  name: z.string(),
  ...sizeFields,
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Flavor = z.output<typeof flavorSchema>;

const write = { kind: 'system', permission: 'flavor:write' } as const;
const fields = z.strictObject({ name: labelSchema, ...sizeFields });

export const flavorApi = {
  list: endpoint({
    type: 'query',
    summary: 'Flavors: named sizes',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/flavors' },
    input: z.strictObject(pageInput),
    output: pageOf(flavorSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One flavor',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/flavors/{flavor}', etag: 'sent' },
    input: z.strictObject({ flavor: idSchema }),
    output: flavorSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a flavor',
    policy: write,
    rest: { method: 'POST', path: '/flavors', status: 201 },
    input: fields,
    output: flavorSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Change a flavor; instances keep the size they were made with',
    policy: write,
    rest: { method: 'PUT', path: '/flavors/{flavor}', etag: 'required' },
    input: fields.extend({ flavor: idSchema }),
    output: flavorSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a flavor',
    policy: write,
    rest: { method: 'DELETE', path: '/flavors/{flavor}', status: 204 },
    input: z.strictObject({ flavor: idSchema }),
    output: z.null(),
  }),
};

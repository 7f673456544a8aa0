import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, labelSchema, projectRefSchema, timeSchema, titleSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { projectPermissions, projectRoles } from './permissions.ts';
import { type QuotaResource, quotaResources } from './quota-resources.ts';

const limit = z.int().min(0).max(1_000_000_000);

export const quotaSchema = z.object(
  Object.fromEntries(
    quotaResources.map((name) => [name, z.object({ used: z.number().int(), limit: z.number().int() })]),
  ) as Record<QuotaResource, z.ZodObject<{ used: z.ZodNumber; limit: z.ZodNumber }>>,
);

export const quotaLimitsSchema = z.strictObject(
  Object.fromEntries(quotaResources.map((name) => [name, limit.optional()])) as Record<
    QuotaResource,
    z.ZodOptional<typeof limit>
  >,
);

export const projectSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  role: z.enum(projectRoles).nullable().describe('Your own role; null where you see it as admin or auditor'),
  permissions: z.array(z.enum(projectPermissions)).describe('What you may do in it'),
  quota: quotaSchema,
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Project = z.output<typeof projectSchema>;

export const projectApi = {
  list: endpoint({
    type: 'query',
    summary: 'Projects that you see',
    policy: { kind: 'visible', permission: 'project:read' },
    rest: { method: 'GET', path: '/projects' },
    input: z.strictObject({ ...pageInput, search: z.string().max(100).optional() }),
    output: pageOf(projectSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One project',
    policy: { kind: 'project', permission: 'project:read' },
    rest: { method: 'GET', path: '/projects/{project}', etag: 'sent' },
    input: z.strictObject({ project: projectRefSchema }),
    output: projectSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a project; you become its owner unless another is named',
    policy: { kind: 'system', permission: 'project:create' },
    rest: { method: 'POST', path: '/projects', status: 201 },
    input: z.strictObject({
      name: titleSchema,
      slug: labelSchema.optional(),
      quota: quotaLimitsSchema.optional(),
      ownerId: idSchema.optional(),
    }),
    output: projectSchema,
  }),
  setQuota: endpoint({
    type: 'mutation',
    summary: 'Change the limits of a project',
    policy: { kind: 'system', permission: 'project:create' },
    rest: { method: 'PATCH', path: '/projects/{project}/quota', etag: 'sent' },
    input: z.strictObject({ project: projectRefSchema, quota: quotaLimitsSchema }),
    output: projectSchema,
  }),
};

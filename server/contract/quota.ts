import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema } from './ids.ts';
import { projectSchema, quotaLimitSchema, quotaLimitsSchema } from './project.ts';
import { type PoolQuotaResource, poolQuotaResources, type QuotaResource, quotaResources } from './quota-resources.ts';

const allLimits = z.strictObject(
  Object.fromEntries(quotaResources.map((name) => [name, quotaLimitSchema])) as Record<
    QuotaResource,
    typeof quotaLimitSchema
  >,
);

const poolLimit = quotaLimitSchema
  .nullable()
  .optional()
  .describe('null: no limit of its own; the quota of the project holds');
const poolLimitsSchema = z.strictObject(
  Object.fromEntries(poolQuotaResources.map((name) => [name, poolLimit])) as Record<
    PoolQuotaResource,
    typeof poolLimit
  >,
);

const poolUse = z.object({ used: z.number().int(), limit: z.number().int().nullable() });

/** What a project uses of a host pool, and what it may use. */
export const poolQuotaSchema = z.object({
  pool: z.object({ id: idSchema, name: z.string() }),
  quota: z.object(
    Object.fromEntries(poolQuotaResources.map((name) => [name, poolUse])) as Record<PoolQuotaResource, typeof poolUse>,
  ),
});
export type PoolQuota = z.output<typeof poolQuotaSchema>;

const manage = { kind: 'system', permission: 'quota:manage' } as const;

export const quotaApi = {
  defaults: endpoint({
    type: 'query',
    summary: 'The limits of new projects',
    policy: manage,
    rest: { method: 'GET', path: '/quota-defaults' },
    input: z.strictObject({}),
    output: allLimits,
  }),
  setDefaults: endpoint({
    type: 'mutation',
    summary: 'Change the limits of new projects; those that are there keep theirs',
    policy: manage,
    rest: { method: 'PUT', path: '/quota-defaults' },
    input: quotaLimitsSchema,
    output: allLimits,
  }),
  pools: endpoint({
    type: 'query',
    summary: 'What a project uses of host pools, and its limits there',
    policy: { kind: 'project', permission: 'project:read' },
    rest: { method: 'GET', path: '/projects/{project}/pool-quotas' },
    input: z.strictObject({ project: projectRefSchema }),
    output: z.object({ items: z.array(poolQuotaSchema) }),
  }),
  setPool: endpoint({
    type: 'mutation',
    summary: 'Change the limits of a project in a host pool',
    policy: manage,
    rest: { method: 'PATCH', path: '/projects/{project}/pool-quotas/{hostPool}' },
    input: z.strictObject({ project: projectRefSchema, hostPool: idSchema, quota: poolLimitsSchema }),
    output: projectSchema,
  }),
};

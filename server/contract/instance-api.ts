import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { traitsSchema } from './host-pool.ts';
import { idSchema, labelSchema, projectRefSchema } from './ids.ts';
import { createContainerSchema, createVmSchema, instanceRef, instanceSchema } from './instance.ts';
import { instanceKinds, instanceStates } from './instance-state.ts';
import { pageInput, pageOf } from './list.ts';
import { operationSchema } from './operation.ts';
import type { WhenClosed } from './permissions.ts';
import { placementAnswerSchema } from './placement.ts';
import { quotaResources } from './quota-resources.ts';

/** In a query: `ssd,gpu`. */
const traitListSchema = z.union([
  traitsSchema,
  z
    .string()
    .max(1000)
    .transform((text) => text.split(',').filter((trait) => trait !== ''))
    .pipe(traitsSchema),
]);

const started = z.object({ instance: instanceSchema, operation: operationSchema });
const created = z.object({
  instance: instanceSchema,
  operation: operationSchema,
  instances: z.array(instanceSchema).describe('All of them where count was more than one'),
});

const action = <const V extends string, const S extends z.ZodRawShape>(
  verb: V,
  summary: string,
  fields: S,
  whenClosed?: WhenClosed,
) =>
  endpoint({
    type: 'mutation',
    summary,
    policy: { kind: 'project', permission: 'instance:operate', ...(whenClosed && { whenClosed }) },
    rest: { method: 'POST', path: `/projects/{project}/instances/{instance}/${verb}`, status: 202 },
    input: z.strictObject({ ...instanceRef, ...fields }),
    output: started,
  });

/** Why a request would be refused, host by host, and what it would take from the quota; nothing is made. */
export const createCheckSchema = placementAnswerSchema.extend({
  quota: z.array(
    z.object({
      resource: z.enum(quotaResources),
      used: z.number().int(),
      after: z.number().int(),
      limit: z.number().int(),
    }),
  ),
});

export const instanceApi = {
  list: endpoint({
    type: 'query',
    summary: 'Instances of a project: VMs and containers in one inventory',
    policy: { kind: 'project', permission: 'instance:read' },
    rest: { method: 'GET', path: '/projects/{project}/instances' },
    input: z.strictObject({
      project: projectRefSchema,
      ...pageInput,
      state: z.enum(instanceStates).optional(),
      kind: z.enum(instanceKinds).optional(),
      host: idSchema.optional(),
      search: z.string().max(100).optional().describe('Part of the name'),
      sort: z.enum(['name', '-name', 'createdAt', '-createdAt']).default('name'),
    }),
    output: pageOf(instanceSchema).extend({
      counts: z.record(z.string(), z.number().int()).describe('Instances of the project by state'),
    }),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One instance',
    policy: { kind: 'project', permission: 'instance:read' },
    rest: { method: 'GET', path: '/projects/{project}/instances/{instance}', etag: 'sent' },
    input: z.strictObject(instanceRef),
    output: instanceSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a VM or a container',
    policy: { kind: 'project', permission: 'instance:write' },
    rest: { method: 'POST', path: '/projects/{project}/instances', status: 202 },
    input: z.discriminatedUnion('kind', [
      createVmSchema.extend({ project: projectRefSchema }),
      createContainerSchema.extend({ project: projectRefSchema }),
    ]),
    output: created,
  }),
  check: endpoint({
    type: 'query',
    summary: 'Whether a size fits: quota before and after, and the hosts that could take it',
    policy: { kind: 'project', permission: 'instance:read' },
    rest: { method: 'GET', path: '/projects/{project}/instance-check' },
    input: z.strictObject({
      project: projectRefSchema,
      kind: z.enum(instanceKinds),
      vcpus: z.coerce.number().int().min(1).max(512),
      memoryMiB: z.coerce.number().int().min(16).max(16_777_216),
      diskGiB: z.coerce.number().int().min(0).max(65_536),
      count: z.coerce.number().int().min(1).max(50).default(1),
      network: z.string().max(64).optional(),
      flavorId: idSchema.optional().describe('Pools may take certain flavors only'),
      poolId: idSchema.optional(),
      placementGroupId: idSchema.optional(),
      traits: traitListSchema.default([]),
      hostId: idSchema.optional().describe('Admins only'),
    }),
    output: createCheckSchema,
  }),
  start: action('start', 'Start', {}),
  stop: action(
    'stop',
    'Stop: ACPI power button or SIGTERM, then force after a delay',
    {
      timeoutSeconds: z.int().min(0).max(3600).default(60).describe('Seconds until it is forced off'),
      force: z.boolean().default(false).describe('Force off at once'),
    },
    'archived',
  ),
  reboot: action('reboot', 'Reboot from inside, or stop and start where the guest does not answer', {}),
  reset: action('reset', 'Reset: like the button of a machine', {}),
  pause: action('pause', 'Pause', {}),
  resume: action('resume', 'Resume', {}),
  rename: endpoint({
    type: 'mutation',
    summary: 'Rename',
    policy: { kind: 'project', permission: 'instance:write' },
    rest: { method: 'PATCH', path: '/projects/{project}/instances/{instance}', status: 202, etag: 'sent' },
    input: z.strictObject({ ...instanceRef, name: labelSchema }),
    output: started,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete, with its disks unless they are to be kept',
    policy: { kind: 'project', permission: 'instance:write', whenClosed: 'archived' },
    rest: { method: 'DELETE', path: '/projects/{project}/instances/{instance}', status: 202 },
    input: z.strictObject({
      ...instanceRef,
      keepVolumes: z.union([z.boolean(), z.enum(['true', 'false']).transform((v) => v === 'true')]).default(false),
    }),
    output: started,
  }),
};

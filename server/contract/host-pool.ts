import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, labelSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';

export const poolVisibilities = ['public', 'private'] as const;
export const poolPolicies = ['pack', 'spread', 'balanced'] as const;
export type PoolPolicy = (typeof poolPolicies)[number];
export const loadSources = ['static', 'dynamic', 'hybrid'] as const;
export type LoadSource = (typeof loadSources)[number];

/** The pool of hosts that were put into no other; made by the first migration, never deleted. */
export const defaultPoolId = '01900000-0000-7000-8000-000000000001';

/** A fact about machines that an instance may ask for, such as ssd, gpu, avx2, zone-a. */
export const traitSchema = labelSchema.max(40);
export const traitsSchema = z.array(traitSchema).max(16);

/** Labels of hosts and pools: notes of admins, such as rack=r12. Nothing is decided by them. */
export const labelsSchema = z
  .record(labelSchema.max(40), z.string().trim().max(100))
  .refine((labels) => Object.keys(labels).length <= 32, 'At most 32 labels.');

const description = z.string().trim().max(500);
const fields = {
  name: labelSchema,
  description: description.default(''),
  visibility: z
    .enum(poolVisibilities)
    .default('public')
    .describe('public: every project; private: those in projectIds'),
  policy: z.enum(poolPolicies).default('balanced'),
  loadSource: z
    .enum(loadSources)
    .default('static')
    .describe('What counts as used. static: what instances ask for; dynamic: observed load; hybrid: both'),
  cpuRatio: z.number().min(0.1).max(64).default(4).describe('How many times over CPUs are given out'),
  memoryRatio: z.number().min(0.1).max(8).default(1),
  diskRatio: z.number().min(0.1).max(8).default(1),
  reserveVcpus: z
    .int()
    .min(0)
    .max(512)
    .default(0)
    .describe('Kept on each host for itself; at most half of the machine'),
  reserveMemoryMiB: z.int().min(0).max(16_777_216).default(1024),
  reserveDiskGiB: z.int().min(0).max(65_536).default(10),
  projectIds: z.array(idSchema).max(200).default([]).describe('Projects that may use it when it is private'),
  flavorIds: z.array(idSchema).max(200).default([]).describe('Flavors that it takes; none: all, and custom sizes too'),
  labels: labelsSchema.default({}),
};
export const createHostPoolSchema = z.strictObject(fields);

/** Every field may be left out; what is left out stays as it is. */
const updateHostPoolSchema = z.strictObject({
  hostPool: idSchema,
  ...(Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [
      name,
      (schema instanceof z.ZodDefault ? schema.unwrap() : schema).optional(),
    ]),
  ) as { [K in keyof typeof fields]: z.ZodOptional<WithoutDefault<(typeof fields)[K]>> }),
});
type WithoutDefault<S extends z.ZodType> = S extends z.ZodDefault<infer Inner extends z.ZodType> ? Inner : S;

const named = z.object({ id: idSchema, name: z.string() });
const counter = z.object({ total: z.number().int(), allocatable: z.number().int(), claimed: z.number().int() });

export const hostPoolSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  visibility: z.enum(poolVisibilities),
  policy: z.enum(poolPolicies),
  loadSource: z.enum(loadSources),
  cpuRatio: z.number(),
  memoryRatio: z.number(),
  diskRatio: z.number(),
  reserveVcpus: z.number().int(),
  reserveMemoryMiB: z.number().int(),
  reserveDiskGiB: z.number().int(),
  labels: z.record(z.string(), z.string()),
  projects: z.array(named).describe('Projects that were granted it'),
  flavors: z.array(named).describe('Flavors that it takes; none: all, and custom sizes'),
  isDefault: z.boolean(),
  hosts: z.number().int().describe('Machines in it'),
  capacity: z.object({ vcpus: counter, memoryMiB: counter, diskGiB: counter }),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type HostPool = z.output<typeof hostPoolSchema>;

/** What a tenant learns of a pool. */
export const usablePoolSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  isDefault: z.boolean(),
  flavorIds: z.array(idSchema).describe('Flavors that it takes; none: all, and custom sizes'),
  traits: z.array(z.string()).describe('What hosts in it have, and an instance may ask for'),
});

const read = { kind: 'system', permission: 'host:read' } as const;
const write = { kind: 'system', permission: 'pool:write' } as const;
const ref = { hostPool: idSchema };

export const hostPoolApi = {
  list: endpoint({
    type: 'query',
    summary: 'Host pools',
    policy: read,
    rest: { method: 'GET', path: '/host-pools' },
    input: z.strictObject({ ...pageInput, search: z.string().max(100).optional() }),
    output: pageOf(hostPoolSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One host pool',
    policy: read,
    rest: { method: 'GET', path: '/host-pools/{hostPool}', etag: 'sent' },
    input: z.strictObject(ref),
    output: hostPoolSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a host pool',
    policy: write,
    rest: { method: 'POST', path: '/host-pools', status: 201 },
    input: createHostPoolSchema,
    output: hostPoolSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary:
      'Change a host pool; ratios and reserves hold for its hosts at once, or are refused where less than is claimed would be left',
    policy: write,
    rest: { method: 'PATCH', path: '/host-pools/{hostPool}', etag: 'sent' },
    input: updateHostPoolSchema,
    output: hostPoolSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a host pool that has no hosts',
    policy: write,
    rest: { method: 'DELETE', path: '/host-pools/{hostPool}', status: 204 },
    input: z.strictObject(ref),
    output: z.null(),
  }),
  usable: endpoint({
    type: 'query',
    summary: 'The host pools that a project may use',
    policy: { kind: 'project', permission: 'instance:read' },
    rest: { method: 'GET', path: '/projects/{project}/host-pools' },
    input: z.strictObject({ project: projectRefSchema }),
    output: z.object({ items: z.array(usablePoolSchema) }),
  }),
};

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, labelSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';

export const groupPolicies = ['affinity', 'anti-affinity'] as const;
export type GroupPolicy = (typeof groupPolicies)[number];
export const groupStrictnesses = ['hard', 'soft'] as const;
export type GroupStrictness = (typeof groupStrictnesses)[number];

export const placementGroupSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  name: z.string(),
  policy: z.enum(groupPolicies).describe('affinity: on one host; anti-affinity: each on another'),
  strictness: z.enum(groupStrictnesses).describe('hard: refused otherwise; soft: preferred'),
  instances: z.number().int().describe('How many are in it'),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type PlacementGroup = z.output<typeof placementGroupSchema>;

const inProject = { project: projectRefSchema };
const ref = { ...inProject, placementGroup: idSchema };
const read = { kind: 'project', permission: 'instance:read' } as const;
const write = { kind: 'project', permission: 'instance:write' } as const;

export const placementGroupApi = {
  list: endpoint({
    type: 'query',
    summary: 'Placement groups of a project: instances that are kept together or apart',
    policy: read,
    rest: { method: 'GET', path: '/projects/{project}/placement-groups' },
    input: z.strictObject({ ...inProject, ...pageInput }),
    output: pageOf(placementGroupSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One placement group',
    policy: read,
    rest: { method: 'GET', path: '/projects/{project}/placement-groups/{placementGroup}', etag: 'sent' },
    input: z.strictObject(ref),
    output: placementGroupSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Create a placement group',
    policy: write,
    rest: { method: 'POST', path: '/projects/{project}/placement-groups', status: 201 },
    input: z.strictObject({
      ...inProject,
      name: labelSchema,
      policy: z.enum(groupPolicies),
      strictness: z.enum(groupStrictnesses).default('soft'),
    }),
    output: placementGroupSchema,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Rename a placement group, or make it hard or soft; what runs stays where it is',
    policy: write,
    rest: { method: 'PATCH', path: '/projects/{project}/placement-groups/{placementGroup}', etag: 'sent' },
    input: z.strictObject({ ...ref, name: labelSchema.optional(), strictness: z.enum(groupStrictnesses).optional() }),
    output: placementGroupSchema,
  }),
  delete: endpoint({
    type: 'mutation',
    summary: 'Delete a placement group without instances',
    policy: write,
    rest: { method: 'DELETE', path: '/projects/{project}/placement-groups/{placementGroup}', status: 204 },
    input: z.strictObject(ref),
    output: z.null(),
  }),
};

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { quotaLimitsSchema, quotaSchema } from './project.ts';
import { poolQuotaSchema } from './quota.ts';
import { type QuotaResource, quotaResources } from './quota-resources.ts';

/** ended: a grant that expired. */
export const quotaRequestStates = ['pending', 'granted', 'denied', 'cancelled', 'ended'] as const;
export type QuotaRequestState = (typeof quotaRequestStates)[number];

const someLimits = quotaLimitsSchema.refine(
  (limits) => Object.values(limits).some((limit) => limit !== undefined),
  'Name at least one limit.',
);

/** Text of people: lines, no other control characters. */
const note = z
  .string()
  .trim()
  .max(1_000)
  .regex(/^(?:[^\p{Cc}]|[\n\r\t])*$/u, 'Control characters are not allowed.');

const limitsOut = z.partialRecord(z.enum(quotaResources), z.number().int());
const person = z.object({ id: idSchema, name: z.string() }).nullable().describe('null: somebody who is gone');

export const quotaRequestSchema = z.object({
  id: idSchema,
  project: z.object({ id: idSchema, slug: z.string(), name: z.string() }),
  pool: z.object({ id: idSchema, name: z.string() }).nullable().describe('null: the quota of the project'),
  limits: limitsOut.describe('Resource → limit that is asked for'),
  reason: z.string(),
  state: z.enum(quotaRequestStates),
  requestedBy: person,
  decidedBy: person,
  decisionNote: z.string(),
  granted: limitsOut.nullable().describe('Resource → limit that was granted'),
  before: limitsOut.nullable().describe('What the limits were, and will be when the grant ends'),
  createdAt: timeSchema,
  decidedAt: timeSchema.nullable(),
  expiresAt: timeSchema.nullable().describe('When the grant ends; null: never'),
  version: z.number().int(),
});
export type QuotaRequest = z.output<typeof quotaRequestSchema>;

const counter = z.object({ allocatable: z.number().int(), claimed: z.number().int() });

/** What is free in a host pool, on the hosts that take instances now. */
export const poolRoomSchema = z.object({
  pool: z.object({ id: idSchema, name: z.string() }),
  hosts: z.number().int(),
  vcpus: counter,
  memoryMiB: counter,
  diskGiB: counter,
});
export type PoolRoom = z.output<typeof poolRoomSchema>;

const manage = { kind: 'system', permission: 'quota:manage' } as const;
const ref = { quotaRequest: idSchema };
const state = z.enum(quotaRequestStates).optional();

export const quotaRequestApi = {
  create: endpoint({
    type: 'mutation',
    summary: 'Ask for higher limits of a project, or of it in a host pool; admins are told',
    policy: { kind: 'project', permission: 'quota:request' },
    rest: { method: 'POST', path: '/projects/{project}/quota-requests', status: 201 },
    input: z.strictObject({
      project: projectRefSchema,
      limits: someLimits.describe('Resource → limit that is wished for, above the present one'),
      poolId: idSchema.optional().describe('The host pool whose limits these are'),
      reason: note.min(1).describe('What it is for'),
    }),
    output: quotaRequestSchema,
  }),
  list: endpoint({
    type: 'query',
    summary: 'Requests of a project, newest first',
    policy: { kind: 'project', permission: 'project:read' },
    rest: { method: 'GET', path: '/projects/{project}/quota-requests' },
    input: z.strictObject({ project: projectRefSchema, ...pageInput, state }),
    output: pageOf(quotaRequestSchema),
  }),
  cancel: endpoint({
    type: 'mutation',
    summary: 'Take back a request that waits: your own, or any of a project that you manage',
    policy: { kind: 'project', permission: 'quota:request', whenClosed: 'archived' },
    rest: { method: 'POST', path: '/projects/{project}/quota-requests/{quotaRequest}/cancel', status: 200 },
    input: z.strictObject({ project: projectRefSchema, ...ref }),
    output: quotaRequestSchema,
  }),
  listAll: endpoint({
    type: 'query',
    summary: 'Requests of all projects: those that wait first, then newest first',
    policy: manage,
    rest: { method: 'GET', path: '/quota-requests' },
    input: z.strictObject({ ...pageInput, state }),
    output: pageOf(quotaRequestSchema),
  }),
  review: endpoint({
    type: 'query',
    summary: 'A request beside the quota of its project and what is free in host pools',
    policy: manage,
    rest: { method: 'GET', path: '/quota-requests/{quotaRequest}', etag: 'sent' },
    input: z.strictObject(ref),
    output: quotaRequestSchema.extend({
      quota: quotaSchema,
      poolQuotas: z.array(poolQuotaSchema),
      room: z.array(poolRoomSchema),
    }),
  }),
  grant: endpoint({
    type: 'mutation',
    summary: 'Grant a request, with the limits that were asked for or others',
    policy: manage,
    rest: { method: 'POST', path: '/quota-requests/{quotaRequest}/grant', status: 200, etag: 'sent' },
    input: z.strictObject({
      ...ref,
      limits: someLimits.optional().describe('Instead of those that were asked for'),
      note: note.default(''),
      expiresAt: timeSchema.optional().describe('When the limits go back; nothing is deleted then'),
    }),
    output: quotaRequestSchema,
  }),
  deny: endpoint({
    type: 'mutation',
    summary: 'Deny a request',
    policy: manage,
    rest: { method: 'POST', path: '/quota-requests/{quotaRequest}/deny', status: 200, etag: 'sent' },
    input: z.strictObject({ ...ref, note: note.min(1) }),
    output: quotaRequestSchema,
  }),
};

/** The limits of a record that are set, in the one order of resources. */
export const limitsOf = (limits: Partial<Record<QuotaResource, number | undefined>>): [QuotaResource, number][] =>
  quotaResources.flatMap((resource): [QuotaResource, number][] => {
    const limit = limits[resource];
    return limit === undefined ? [] : [[resource, limit]];
  });

import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { poolPolicies, traitsSchema } from './host-pool.ts';
import { idSchema, projectRefSchema } from './ids.ts';
import { sizeFields } from './instance.ts';
import { instanceKinds } from './instance-state.ts';

/** What a host has and an instance takes. */
export const placementResources = ['vcpus', 'memoryMiB', 'diskGiB'] as const;
export type PlacementResource = (typeof placementResources)[number];

/** Each may refuse a host; in the order of the table that people see: what no size can help comes first. */
export const placementFilters = [
  'pinned-host',
  'pool-access',
  'wanted-pool',
  'host-state',
  'cordon',
  'engine',
  'network',
  'traits',
  'allowed-flavors',
  'placement-group',
  'storage-pool',
  'capacity',
  'machine-size',
] as const;
export type PlacementFilter = (typeof placementFilters)[number];

const named = z.object({ id: idSchema, name: z.string() });
const amount = z.number().int();

/** What would let the request fit, cheapest first. `set…` changes the request; the others are for admins. */
export const placementFixSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('setSize'),
    resource: z.enum(placementResources),
    value: amount.describe('The largest that fits somewhere'),
    less: amount,
    hosts: amount.describe('How many hosts would take it then'),
  }),
  z.object({ type: z.literal('setFlavor'), flavor: named, hosts: amount }),
  z.object({ type: z.literal('setPool'), pool: named.nullable().describe('null: any pool'), hosts: amount }),
  z.object({ type: z.literal('dropTrait'), trait: z.string(), hosts: amount }),
  z.object({ type: z.literal('dropGroup'), hosts: amount }),
  z.object({ type: z.literal('dropHost'), hosts: amount }),
  z.object({ type: z.literal('setCount'), value: amount }),
  z.object({ type: z.literal('uncordon'), host: named }),
  z.object({ type: z.literal('endMaintenance'), host: named }),
  z.object({ type: z.literal('free'), host: named, resource: z.enum(placementResources), amount }),
]);
export type PlacementFix = z.output<typeof placementFixSchema>;

/** One cell of the table host × filter that says no. */
export const placementReasonSchema = z.object({
  host: named,
  filter: z.enum(placementFilters),
  message: z.string(),
  missing: z.array(
    z.object({ resource: z.enum(placementResources), needed: amount, available: amount, missing: amount }),
  ),
});

/** Why a request fits or not. Who may not read hosts gets counts in place of names. */
export const placementAnswerSchema = z.object({
  fits: z.boolean(),
  summary: z.string(),
  hosts: z.object({ total: amount, fitting: amount }),
  rules: z
    .array(z.object({ filter: z.enum(placementFilters), hosts: amount }))
    .describe('How many hosts each rule refuses; one host may be refused by several'),
  reasons: z.array(placementReasonSchema).describe('Per host and rule; empty without the right to read hosts'),
  fixes: z.array(placementFixSchema).describe('Cheapest first'),
});
export type PlacementAnswer = z.output<typeof placementAnswerSchema>;

const explained = placementAnswerSchema.extend({
  candidates: z
    .array(z.object({ host: named, pool: named, score: z.number() }))
    .describe('Hosts that fit, best first; empty without the right to read hosts'),
  chosen: named.nullable().describe('Where it would go now; ties are broken by chance'),
});

export const explainPlacementSchema = z.strictObject({
  projectId: projectRefSchema,
  kind: z.enum(instanceKinds),
  vcpus: sizeFields.vcpus.optional(),
  memoryMiB: sizeFields.memoryMiB.optional(),
  diskGiB: z.int().min(0).max(65_536).optional(),
  flavorId: idSchema.optional().describe('Instead of vcpus, memoryMiB and diskGiB'),
  count: z.int().min(1).max(50).default(1),
  network: z.string().max(64).optional(),
  poolId: idSchema.optional(),
  placementGroupId: idSchema.optional(),
  traits: traitsSchema.default([]),
  hostId: idSchema.optional().describe('Admins only'),
});

const move = z.object({
  instance: z.object({ id: idSchema, projectId: idSchema, name: z.string(), vcpus: amount, memoryMiB: amount }),
  from: named,
  to: named,
  gain: z.number().describe('How much nearer the hosts are to each other, 0 to 1'),
  seconds: z.number().describe('Cost: about how long its memory takes to be copied'),
});

export const placementApi = {
  explain: endpoint({
    type: 'query',
    summary: 'Where an instance would go and why not elsewhere; nothing is made or claimed',
    policy: { kind: 'project', permission: 'instance:read' },
    rest: { method: 'POST', path: '/placements/explain' },
    input: explainPlacementSchema,
    output: explained,
  }),
  advice: endpoint({
    type: 'query',
    summary: 'How uneven the hosts of each pool are used, and moves that would help; nothing is moved',
    policy: { kind: 'system', permission: 'host:read' },
    rest: { method: 'GET', path: '/placements/advice' },
    input: z.strictObject({ hostPool: idSchema.optional() }),
    output: z.object({
      pools: z.array(
        z.object({
          pool: named,
          policy: z.enum(poolPolicies),
          imbalance: z.number().describe('Busiest host above the mean, 0 to 1'),
          imbalanceAfter: z.number(),
          threshold: z.number(),
          moves: z.array(move),
        }),
      ),
    }),
  }),
};

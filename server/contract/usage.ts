import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema } from './ids.ts';

export const usageGranularities = ['hour', 'day', 'month'] as const;
export type UsageGranularity = (typeof usageGranularities)[number];

/** Longest range per granularity in days: at most some hundred parts. */
export const maxUsageDays: Record<UsageGranularity, number> = { hour: 32, day: 400, month: 3_660 };

const hours = z
  .string()
  .regex(/^\d+\.\d{6}$/)
  .describe('Decimal with six places');

/** What was used, as exact decimals: they are sums of milliseconds, rounded once. */
const amounts = {
  vcpuHours: hours.describe('vCPU-hours while running'),
  memoryGiBHours: hours.describe('GiB-hours of memory while running or paused'),
  diskGiBHours: hours.describe('GiB-hours of disks, running or not'),
  cost: hours.describe('In the currency of the price list; zero for times without a price'),
};
export const usageAmountsSchema = z.object(amounts);
export type UsageAmounts = z.output<typeof usageAmountsSchema>;

const bucketSchema = z.object({ from: timeSchema, to: timeSchema, ...amounts });
export type UsageBucket = z.output<typeof bucketSchema>;

const usageObjectSchema = z.object({
  type: z.enum(['instance', 'volume']),
  id: idSchema,
  name: z.string(),
  kind: z.string().describe('vm, container, disk'),
  exists: z.boolean().describe('false: deleted since; its figures stay'),
  ...amounts,
});
export type UsageObject = z.output<typeof usageObjectSchema>;

const usageProjectSchema = z.object({
  id: idSchema,
  slug: z.string().nullable().describe('null: the project is gone; its figures stay'),
  name: z.string(),
  ...amounts,
});
export type UsageProject = z.output<typeof usageProjectSchema>;

/** Days and months begin at midnight UTC, wherever somebody is and whatever their clocks do in spring. */
const range = {
  from: timeSchema.optional().describe('Default: the beginning of this month, UTC'),
  to: timeSchema.optional().describe('Up to, but not including; default: the end of the month of `from`, UTC'),
};
export const usageRangeSchema = z.strictObject(range);
export type UsageRange = z.output<typeof usageRangeSchema>;

const usageInput = { ...range, granularity: z.enum(usageGranularities).default('day') };

const usageOutput = {
  from: timeSchema,
  to: timeSchema,
  granularity: z.enum(usageGranularities),
  currency: z.string().nullable().describe('ISO 4217; null: there is no price list'),
  total: usageAmountsSchema,
  buckets: z.array(bucketSchema),
};

export const usageExportFormats = ['csv', 'json'] as const;

/** Objects in one answer; an export has them all. */
export const maxUsageObjects = 1_000;

export const usageApi = {
  inProject: endpoint({
    type: 'query',
    summary: 'What a project used, by time and by instance and volume',
    policy: { kind: 'project', permission: 'usage:read' },
    rest: { method: 'GET', path: '/projects/{project}/usage' },
    input: z.strictObject({ project: projectRefSchema, ...usageInput }),
    output: z.object({
      ...usageOutput,
      objects: z.array(usageObjectSchema),
      moreObjects: z.boolean().describe('There are more than are listed; the export has them all'),
    }),
  }),
  list: endpoint({
    type: 'query',
    summary: 'What all projects used, by time and by project',
    policy: { kind: 'system', permission: 'system:read' },
    rest: { method: 'GET', path: '/usage' },
    input: z.strictObject(usageInput),
    output: z.object({ ...usageOutput, projects: z.array(usageProjectSchema) }),
  }),
};

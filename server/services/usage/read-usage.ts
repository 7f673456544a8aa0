import {
  maxUsageObjects,
  type UsageAmounts,
  type UsageBucket,
  type UsageGranularity,
  type UsageObject,
  type UsageProject,
  type UsageRange,
} from '#server/contract/usage.ts';
import { databaseNow } from '#server/db/database-clock.ts';
import { listPrices } from '#server/db/price-store.ts';
import {
  costDivisor,
  type ObjectUsage,
  sumUsageByObject,
  sumUsageByProject,
  sumUsageByTime,
  type UsageScope,
  type UsageSums,
} from '#server/db/usage-store.ts';
import { decimalOf, divideRounded } from '../price/decimal.ts';
import type { ActorContext, ProjectContext, ServiceContext } from '../service-context.ts';
import { usageRange } from './usage-range.ts';

type UsageInput = UsageRange & { granularity: UsageGranularity };

interface UsageOverTime {
  from: string;
  to: string;
  granularity: UsageGranularity;
  currency: string | null;
  total: UsageAmounts;
  buckets: UsageBucket[];
}

/** What the project used, over time and by object. Throws `validation_failed` for the range. */
export async function readProjectUsage(
  ctx: ProjectContext,
  input: UsageInput,
): Promise<UsageOverTime & { objects: UsageObject[]; moreObjects: boolean }> {
  const scope = await scopeOf(ctx, input, ctx.project.id);
  const overTime = await readOverTime(ctx, scope, input.granularity);
  const objects = await sumUsageByObject(ctx.app.db, scope, maxUsageObjects + 1);
  return {
    ...overTime,
    objects: objects.slice(0, maxUsageObjects).map(objectView),
    moreObjects: objects.length > maxUsageObjects,
  };
}

/** What all projects used, over time and by project. Throws `validation_failed` for the range. */
export async function readWholeUsage(
  ctx: ActorContext,
  input: UsageInput,
): Promise<UsageOverTime & { projects: UsageProject[] }> {
  const scope = await scopeOf(ctx, input, null);
  const overTime = await readOverTime(ctx, scope, input.granularity);
  const projects = await sumUsageByProject(ctx.app.db, scope);
  return {
    ...overTime,
    projects: projects.map(({ id, slug, name, ...sums }) => ({ id, slug, name, ...amountsOf(sums) })),
  };
}

async function scopeOf(ctx: ServiceContext, input: UsageInput, projectId: string | null): Promise<UsageScope> {
  const range = usageRange(input, input.granularity, await databaseNow(ctx.app.db));
  return { projectId, ...range };
}

async function readOverTime(
  ctx: ServiceContext,
  scope: UsageScope,
  granularity: UsageGranularity,
): Promise<UsageOverTime> {
  const buckets = await sumUsageByTime(ctx.app.db, scope, granularity);
  const [newest] = await listPrices(ctx.app.db);
  return {
    from: scope.from.toISOString(),
    to: scope.to.toISOString(),
    granularity,
    currency: newest?.currency ?? null,
    total: amountsOf(buckets.reduce(add, { vcpuMs: 0n, memoryMiBMs: 0n, diskGiBMs: 0n, cost: 0n })),
    buckets: buckets.map(({ from, to, ...sums }) => ({
      from: from.toISOString(),
      to: to.toISOString(),
      ...amountsOf(sums),
    })),
  };
}

const add = (a: UsageSums, b: UsageSums): UsageSums => ({
  vcpuMs: a.vcpuMs + b.vcpuMs,
  memoryMiBMs: a.memoryMiBMs + b.memoryMiBMs,
  diskGiBMs: a.diskGiBMs + b.diskGiBMs,
  cost: a.cost + b.cost,
});

const hourMs = 3_600_000n;
const hours = (sum: bigint, perUnit: bigint): string => decimalOf(divideRounded(sum * 1_000_000n, hourMs * perUnit));

/** Sums of milliseconds as hours, and the cost: each is rounded once, here. */
export const amountsOf = (sums: UsageSums): UsageAmounts => ({
  vcpuHours: hours(sums.vcpuMs, 1n),
  memoryGiBHours: hours(sums.memoryMiBMs, 1_024n),
  diskGiBHours: hours(sums.diskGiBMs, 1n),
  cost: decimalOf(divideRounded(sums.cost, costDivisor)),
});

export const objectView = ({ type, id, name, kind, exists, ...rest }: ObjectUsage): UsageObject => ({
  type,
  id,
  name,
  kind,
  exists,
  ...amountsOf(rest),
});

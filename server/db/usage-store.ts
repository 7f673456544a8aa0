import type { UsageGranularity } from '#server/contract/usage.ts';
import type { DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** Sums of size × milliseconds, whole numbers of any size, and their cost × {@link costDivisor}. */
export interface UsageSums {
  vcpuMs: bigint;
  memoryMiBMs: bigint;
  diskGiBMs: bigint;
  cost: bigint;
}

/** What the sum of costs is divided by to give millionths of the currency: MiB in a GiB × milliseconds in an hour. */
export const costDivisor = 1_024n * 3_600_000n;

export interface UsageScope {
  /** null: all projects. */
  projectId: string | null;
  from: Date;
  /** Not included; what lies ahead of the database's clock has not been used yet. */
  to: Date;
}

interface SumTexts {
  vcpuMs: string;
  memoryMiBMs: string;
  diskGiBMs: string;
  cost: string;
}

/**
 * The spans of a scope, cut at its ends and at every change of price. Whole milliseconds throughout: numbers add up exactly,
 * however the range is divided.
 */
function parts({ projectId, from, to }: UsageScope): Prisma.Sql {
  const ofProject = projectId === null ? Prisma.sql`true` : Prisma.sql`s.project_id = ${projectId}::uuid`;
  return Prisma.sql`
    price_period AS (
      SELECT effective_from AS since, coalesce(lead(effective_from) OVER (ORDER BY effective_from), 'infinity') AS until,
        vcpu_hour_micros AS vcpu, memory_gib_hour_micros AS memory, disk_gib_hour_micros AS disk
      FROM price
      UNION ALL SELECT '-infinity', coalesce(min(effective_from), 'infinity'), 0, 0, 0 FROM price),
    part AS (
      SELECT s.*, p.vcpu, p.memory, p.disk,
        greatest(s.started_at, p.since, ${from.toISOString()}::text::timestamptz) AS since,
        least(coalesce(s.ended_at, date_trunc('milliseconds', now())), p.until, ${to.toISOString()}::text::timestamptz) AS until
      FROM usage_span s JOIN price_period p ON p.since < coalesce(s.ended_at, now()) AND p.until > s.started_at
      WHERE ${ofProject} AND s.started_at < ${to.toISOString()}::text::timestamptz AND (s.ended_at IS NULL OR s.ended_at > ${from.toISOString()}::text::timestamptz))`;
}

/** Milliseconds between two columns of SQL, as a whole number. */
const between = (since: Prisma.Sql, until: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(extract(epoch FROM ${until}) * 1000)::bigint::numeric - (extract(epoch FROM ${since}) * 1000)::bigint`;

/** The sums of a group, over columns of `part` and `ms`. */
const sums = Prisma.sql`
  coalesce(sum(ms * vcpus) FILTER (WHERE running), 0)::text AS "vcpuMs",
  coalesce(sum(ms * memory_mib) FILTER (WHERE running), 0)::text AS "memoryMiBMs",
  coalesce(sum(ms * disk_gib), 0)::text AS "diskGiBMs",
  coalesce(sum(ms * (CASE WHEN running THEN vcpus::numeric * vcpu * 1024 + memory_mib::numeric * memory ELSE 0 END
    + disk_gib::numeric * disk * 1024)), 0)::text AS cost`;

const cut = (scope: UsageScope): Prisma.Sql => Prisma.sql`
  ${parts(scope)}, cut AS (SELECT *, ${between(Prisma.sql`since`, Prisma.sql`until`)} AS ms FROM part WHERE since < until)`;

/** What was used in each hour, day or month that the range touches, by UTC; those without use are there, too. */
export async function sumUsageByTime(
  db: DbOrTx,
  scope: UsageScope,
  granularity: UsageGranularity,
): Promise<(UsageSums & { from: Date; to: Date })[]> {
  const rows = await db.$queryRaw<(SumTexts & { from: Date; to: Date })[]>(Prisma.sql`
    WITH ${parts(scope)}, ${buckets(scope, granularity)},
    cut AS (
      SELECT part.*, bucket.since AS of_bucket,
        ${between(Prisma.sql`greatest(part.since, bucket.since)`, Prisma.sql`least(part.until, bucket.until)`)} AS ms
      FROM part JOIN bucket ON part.since < bucket.until AND part.until > bucket.since WHERE part.since < part.until)
    SELECT bucket.since AS from, bucket.until AS to, ${sums}
    FROM bucket LEFT JOIN cut ON cut.of_bucket = bucket.since GROUP BY 1, 2 ORDER BY 1`);
  return rows.map(({ from, to, ...texts }) => ({ from, to, ...numbers(texts) }));
}

/** Buckets begin at whole hours, days and months of UTC and are cut at the ends of the range. */
function buckets({ from, to }: UsageScope, granularity: UsageGranularity): Prisma.Sql {
  const step = Prisma.sql`${`1 ${granularity}`}::interval`;
  return Prisma.sql`bucket AS (
    SELECT greatest(g AT TIME ZONE 'UTC', ${from.toISOString()}::text::timestamptz) AS since,
      least((g + ${step}) AT TIME ZONE 'UTC', ${to.toISOString()}::text::timestamptz) AS until
    FROM generate_series(date_trunc(${granularity}, ${from.toISOString()}::text::timestamptz AT TIME ZONE 'UTC'),
      ${to.toISOString()}::text::timestamptz AT TIME ZONE 'UTC' - interval '1 millisecond', ${step}) g)`;
}

export interface ObjectUsage extends UsageSums {
  projectId: string;
  type: 'instance' | 'volume';
  id: string;
  /** The last one that it had in the range. */
  name: string;
  kind: string;
  exists: boolean;
}

/** What each instance and volume used, the dearest and largest first; deleted ones, too. */
export async function sumUsageByObject(db: DbOrTx, scope: UsageScope, limit: number): Promise<ObjectUsage[]> {
  const rows = await db.$queryRaw<(SumTexts & Omit<ObjectUsage, keyof UsageSums>)[]>(Prisma.sql`
    WITH ${cut(scope)}, sum AS (
      SELECT project_id, object_type, object_id, (array_agg(object_name ORDER BY id DESC))[1] AS name, max(kind) AS kind, ${sums}
      FROM cut GROUP BY 1, 2, 3)
    SELECT sum.project_id AS "projectId", object_type AS type, object_id AS id, name, kind,
      (EXISTS (SELECT 1 FROM instance i WHERE i.id = object_id) OR EXISTS (SELECT 1 FROM volume v WHERE v.id = object_id)) AS exists,
      "vcpuMs", "memoryMiBMs", "diskGiBMs", cost
    FROM sum ORDER BY cost::numeric DESC, "vcpuMs"::numeric DESC, "diskGiBMs"::numeric DESC, name, object_id LIMIT ${limit}`);
  return rows.map(({ vcpuMs, memoryMiBMs, diskGiBMs, cost, ...object }) => ({
    ...object,
    ...numbers({ vcpuMs, memoryMiBMs, diskGiBMs, cost }),
  }));
}

export interface ProjectUsage extends UsageSums {
  id: string;
  /** null: the project is gone. */
  slug: string | null;
  name: string;
}

/** What each project used, the dearest and largest first; deleted ones, too. */
export async function sumUsageByProject(db: DbOrTx, scope: UsageScope): Promise<ProjectUsage[]> {
  const rows = await db.$queryRaw<(SumTexts & Omit<ProjectUsage, keyof UsageSums>)[]>(Prisma.sql`
    WITH ${cut(scope)}, sum AS (SELECT project_id, max(project_name) AS kept_name, ${sums} FROM cut GROUP BY 1)
    SELECT project_id AS id, p.slug, coalesce(p.name, kept_name, project_id::text) AS name,
      "vcpuMs", "memoryMiBMs", "diskGiBMs", cost
    FROM sum LEFT JOIN project p ON p.id = project_id
    ORDER BY cost::numeric DESC, "vcpuMs"::numeric DESC, "diskGiBMs"::numeric DESC, 3, 1`);
  return rows.map(({ id, slug, name, ...texts }) => ({ id, slug, name, ...numbers(texts) }));
}

const numbers = ({ vcpuMs, memoryMiBMs, diskGiBMs, cost }: SumTexts): UsageSums => ({
  vcpuMs: BigInt(vcpuMs),
  memoryMiBMs: BigInt(memoryMiBMs),
  diskGiBMs: BigInt(diskGiBMs),
  cost: BigInt(cost),
});

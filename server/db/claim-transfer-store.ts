import { AtollError } from '#server/contract/errors.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { inFixedOrder, usedPlus } from './claim-amounts.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { touchProject } from './project-store.ts';

export interface ClaimTransfer {
  fromProjectId: string;
  toProjectId: string;
  /** Instances and volumes whose claims go with them. */
  ownerIds: readonly string[];
}

interface Sum {
  resource: QuotaResource;
  /** null: the quota of the project; else its quota in a host pool. */
  poolId: string | null;
  amount: number;
}

interface Counter {
  resource: QuotaResource;
  poolId: string | null;
  used: number;
  /** null: only counted. */
  limit: number | null;
}

/**
 * Gives live claims to another project: released in one quota and claimed in the other, all or nothing. What is claimed of hosts
 * stays as it is. Throws quota_exceeded for the quota of the project that takes them, with `extra.shortages`.
 */
export async function transferClaims(tx: AtollTx, transfer: ClaimTransfer): Promise<void> {
  const { fromProjectId, toProjectId } = transfer;
  const mine = Prisma.sql`project_id = ${fromProjectId}::uuid AND owner_id = ANY(${[...transfer.ownerIds]}::uuid[])
    AND state <> 'released'`;
  const sums = await tx.$queryRaw<Sum[]>(Prisma.sql`
    SELECT resource, pool_id AS "poolId", sum(amount)::float8 AS amount FROM reservation
    WHERE ${mine} AND host_id IS NULL GROUP BY resource, pool_id`);
  requireRoom(sums, await lockCounters(tx, transfer));
  for (const sum of sums) {
    if (sum.poolId !== null) await ensurePoolCounter(tx, toProjectId, sum);
    await add(tx, fromProjectId, sum, -1);
    await add(tx, toProjectId, sum, 1);
  }
  await tx.$executeRaw(Prisma.sql`UPDATE reservation SET project_id = ${toProjectId}::uuid WHERE ${mine}`);
  for (const projectId of [fromProjectId, toProjectId].sort()) await touchProject(tx, { projectId });
}

/** A project has a counter in a pool as soon as it uses something there. */
async function ensurePoolCounter(tx: AtollTx, projectId: string, { poolId, resource }: Sum): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO pool_quota (project_id, pool_id, resource) VALUES (${projectId}::uuid, ${poolId}::uuid, ${resource})
    ON CONFLICT DO NOTHING`);
}

async function add(tx: AtollTx, projectId: string, { poolId, resource, amount }: Sum, sign: 1 | -1): Promise<void> {
  const table = poolId === null ? Prisma.sql`quota` : Prisma.sql`pool_quota`;
  const inPool = poolId === null ? Prisma.empty : Prisma.sql`AND pool_id = ${poolId}::uuid`;
  await tx.$executeRaw(Prisma.sql`
    UPDATE ${table} SET ${usedPlus(BigInt(sign * amount))}
    WHERE project_id = ${projectId}::uuid AND resource = ${resource} ${inPool}`);
}

/** Locks the counters of both projects, and answers those of the one that takes. */
async function lockCounters(tx: AtollTx, { fromProjectId, toProjectId }: ClaimTransfer): Promise<Counter[]> {
  const both = Prisma.sql`project_id IN (${fromProjectId}::uuid, ${toProjectId}::uuid)`;
  type Row = Counter & { projectId: string };
  const quotas = await tx.$queryRaw<Row[]>(Prisma.sql`
    SELECT project_id AS "projectId", NULL AS "poolId", resource, used::float8 AS used, lim::float8 AS limit
    FROM quota WHERE ${both} ORDER BY project_id, ${inFixedOrder} FOR UPDATE`);
  const pools = await tx.$queryRaw<Row[]>(Prisma.sql`
    SELECT project_id AS "projectId", pool_id AS "poolId", resource, used::float8 AS used, lim::float8 AS limit
    FROM pool_quota WHERE ${both} ORDER BY project_id, pool_id, ${inFixedOrder} FOR UPDATE`);
  return [...quotas, ...pools].filter((row) => row.projectId === toProjectId);
}

function requireRoom(sums: readonly Sum[], counters: readonly Counter[]): void {
  const shortages = sums.flatMap(({ resource, poolId, amount }) => {
    const counter = counters.find((each) => each.resource === resource && each.poolId === poolId);
    // Without a counter a project has nothing of its own quota, and no limit in a pool.
    const limit = counter ? counter.limit : poolId === null ? 0 : null;
    const used = counter?.used ?? 0;
    return limit === null || used + amount <= limit ? [] : [{ resource, used, limit, asked: amount }];
  });
  if (!shortages[0]) return;
  const told = shortages.map((s) => `${s.resource}: ${s.used} of ${s.limit} are used, ${s.asked} would come`);
  const { resource, used, limit, asked } = shortages[0];
  throw new AtollError('quota_exceeded', `The quota of the other project does not allow this. ${told.join('; ')}.`, {
    params: { resource, used, limit, asked },
    extra: { shortages },
  });
}

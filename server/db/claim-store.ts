import { AtollError } from '#server/contract/errors.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import {
  type Amounts,
  asked,
  asTable,
  type ClaimFor,
  type Counter,
  inFixedOrder,
  insertReservations,
  mustTakeAll,
  type Shortage,
  shortages,
} from './claim-amounts.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { touchProject } from './project-store.ts';

/**
 * Claims on quotas and hosts. `quota.used`, `pool_quota.used` and `host_inventory.used` change only here, in pool-quota-store.ts
 * and in claim-change-store.ts, together with the reservation rows that they are sums of (invariants I1 and I2).
 *
 * Counters are locked in one order: the quota of the project, then its quota in a pool, then the host, resources as in
 * `quotaResources`. So claim the quota first; two transactions that take several hosts crosswise are sorted out by the retry
 * of `inTx`.
 *
 * The ledger asks nothing of an owner but its id: whatever a quota counts (snapshots, backups, networks, addresses) is claimed
 * with `claimQuota(tx, …, { snapshots: 1 })` and given back with `releaseClaims`.
 */
export type { Amounts, ClaimFor, Shortage };

/** What a host has of. */
export type HostAmounts = Pick<Amounts, 'vcpus' | 'memoryMiB' | 'diskGiB'>;

/**
 * Takes from the quota of a project, all or nothing, and writes the reservations.
 * Throws quota_exceeded with `extra.shortages`: each resource that does not suffice, with used, limit and asked.
 */
export async function claimQuota(tx: AtollTx, claimFor: ClaimFor, amounts: Amounts): Promise<void> {
  await claimQuotas(tx, claimFor.projectId, [{ claimFor, amounts }]);
}

/** {@link claimQuota} for several owners at once: under one lock, with shortages of the sum. All are of the project named. */
export async function claimQuotas(
  tx: AtollTx,
  projectId: string,
  claims: readonly { claimFor: Omit<ClaimFor, 'projectId'>; amounts: Amounts }[],
): Promise<void> {
  const wanted = asked(sumOf(claims.map(({ amounts }) => amounts)));
  if (wanted.length === 0) return;
  const counters = await tx.$queryRaw<Counter[]>(Prisma.sql`
    SELECT resource, used::float8 AS used, lim::float8 AS limit FROM quota
    WHERE project_id = ${projectId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  const short = shortages(wanted, counters, 0);
  if (short[0]) throw quotaExceeded(short, short[0]);
  const taken = await tx.$executeRaw(Prisma.sql`
    UPDATE quota q SET used = q.used + a.amount FROM ${asTable(wanted)}
    WHERE q.project_id = ${projectId}::uuid AND q.resource = a.resource AND q.used + a.amount <= q.lim`);
  mustTakeAll(taken, wanted);
  for (const { claimFor, amounts } of claims)
    await insertReservations(tx, { ...claimFor, projectId }, {}, asked(amounts));
  await touchProject(tx, { projectId });
}

/** Checks each addend, too: two wrongs make no right. */
function sumOf(addends: readonly Amounts[]): Amounts {
  const sum: Amounts = {};
  for (const [resource, amount] of addends.flatMap(asked)) sum[resource] = (sum[resource] ?? 0) + amount;
  return sum;
}

function quotaExceeded(short: readonly Shortage[], { resource, used, limit, asked }: Shortage): AtollError {
  const told = short.map((s) => `${s.resource}: ${s.used} of ${s.limit} are used, ${s.asked} more are asked for`);
  return new AtollError('quota_exceeded', `The quota does not allow this. ${told.join('; ')}.`, {
    params: { resource, used, limit, asked },
    extra: { shortages: short },
  });
}

/**
 * Takes from the capacity of a host (total × ratio − reserved), all or nothing, and writes the reservations. Answers
 * what does not suffice; an empty list says that it was taken. Nothing was written otherwise: try the next host.
 */
export async function tryClaimHost(
  tx: AtollTx,
  claimFor: ClaimFor & { hostId: string },
  amounts: HostAmounts,
): Promise<Shortage[]> {
  const wanted = asked(amounts);
  if (wanted.length === 0) return [];
  const { hostId } = claimFor;
  const counters = await tx.$queryRaw<Counter[]>(Prisma.sql`
    SELECT resource, used::float8 AS used, greatest(${allocatableSql}, 0)::float8 AS limit FROM host_inventory
    WHERE host_id = ${hostId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  const short = shortages(wanted, counters, 0);
  if (short.length > 0) return short;
  const taken = await tx.$executeRaw(Prisma.sql`
    UPDATE host_inventory h SET used = h.used + a.amount FROM ${asTable(wanted)}
    WHERE h.host_id = ${hostId}::uuid AND h.resource = a.resource AND h.used + a.amount <= ${allocatableSql}`);
  mustTakeAll(taken, wanted);
  await insertReservations(tx, claimFor, { hostId }, wanted);
  return [];
}

/** {@link tryClaimHost} that throws no_valid_host, with `extra.shortages` and `extra.hostId`. */
export async function claimHost(
  tx: AtollTx,
  claimFor: ClaimFor & { hostId: string },
  amounts: HostAmounts,
): Promise<void> {
  const short = await tryClaimHost(tx, claimFor, amounts);
  if (!short[0]) return;
  const { resource, used, limit, asked } = short[0];
  throw new AtollError(
    'no_valid_host',
    `The host has no room: ${resource}, ${used} of ${limit} claimed, ${asked} asked.`,
    {
      params: { resource, used, limit, asked },
      extra: { hostId: claimFor.hostId, shortages: short },
    },
  );
}

/** What may be claimed of a host in all, by the columns of host_inventory. */
export const allocatableSql = Prisma.sql`(floor(total * ratio)::bigint - reserved)`;

/** A claim on a host, on a project's quota in a pool, or (both null) on its quota. */
export interface ReservationRow {
  id: string;
  projectId: string;
  hostId: string | null;
  poolId: string | null;
  ownerId: string;
  operationId: string | null;
  resource: QuotaResource;
  amount: number;
  state: 'held' | 'committed';
}

/** The live reservations of an instance or volume. */
export async function listClaims(db: DbOrTx, ref: { projectId: string; ownerId: string }): Promise<ReservationRow[]> {
  return db.$queryRaw<ReservationRow[]>(Prisma.sql`
    SELECT id, project_id AS "projectId", host_id AS "hostId", pool_id AS "poolId", owner_id AS "ownerId", operation_id AS "operationId",
      resource, amount::float8 AS amount, state
    FROM reservation
    WHERE project_id = ${ref.projectId}::uuid AND owner_id = ${ref.ownerId}::uuid AND state <> 'released'
    ORDER BY host_id NULLS FIRST, pool_id NULLS FIRST, ${inFixedOrder}`);
}

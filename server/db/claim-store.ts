import { AtollError } from '#server/contract/errors.ts';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';
import { touchProject } from './project-store.ts';

/**
 * Claims on quotas and hosts. `quota.used` and `host_inventory.used` change only here and in claim-change-store.ts,
 * together with the reservation rows that they are sums of (invariants I1 and I2): rows without a host add up to the
 * quota, rows with one to that host.
 *
 * Counters are locked in one order: the quota of the project, then the host, resources as in `quotaResources`. So claim
 * the quota first; two transactions that take several hosts crosswise are sorted out by the retry of `inTx`.
 */
export type Amounts = Partial<Record<QuotaResource, number>>;

/** What a host has of: everything that a quota counts but `instances`. */
export type HostAmounts = Omit<Amounts, 'instances'>;

export interface ClaimFor {
  projectId: string;
  /** The instance or volume that the claim is for. Disks are claimed for their volume, so that it can be kept. */
  ownerId: string;
  operationId?: string | null;
  /** committed: for what exists already. Default: held, until {@link commitClaims}. */
  state?: 'held' | 'committed';
}

export interface Shortage {
  resource: QuotaResource;
  used: number;
  limit: number;
  asked: number;
}

/**
 * Takes from the quota of a project, all or nothing, and writes the reservations.
 * Throws quota_exceeded with `extra.shortages`: each resource that does not suffice, with used, limit and asked.
 */
export async function claimQuota(tx: AtollTx, claimFor: ClaimFor, amounts: Amounts): Promise<void> {
  const wanted = asked(amounts);
  if (wanted.length === 0) return;
  const { projectId } = claimFor;
  const counters = await tx.$queryRaw<Counter[]>(Prisma.sql`
    SELECT resource, used::float8 AS used, lim::float8 AS limit FROM quota
    WHERE project_id = ${projectId}::uuid ORDER BY ${inFixedOrder} FOR UPDATE`);
  const short = shortages(wanted, counters);
  if (short[0]) {
    const told = short.map((s) => `${s.resource}: ${s.used} of ${s.limit} are used, ${s.asked} more are asked for`);
    const { resource, used, limit, asked } = short[0];
    throw new AtollError('quota_exceeded', `The quota does not allow this. ${told.join('; ')}.`, {
      params: { resource, used, limit, asked },
      extra: { shortages: short },
    });
  }
  const taken = await tx.$executeRaw(Prisma.sql`
    UPDATE quota q SET used = q.used + a.amount FROM ${asTable(wanted)}
    WHERE q.project_id = ${projectId}::uuid AND q.resource = a.resource AND q.used + a.amount <= q.lim`);
  mustTakeAll(taken, wanted);
  await insertReservations(tx, claimFor, null, wanted);
  await touchProject(tx, claimFor);
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
  const short = shortages(wanted, counters);
  if (short.length > 0) return short;
  const taken = await tx.$executeRaw(Prisma.sql`
    UPDATE host_inventory h SET used = h.used + a.amount FROM ${asTable(wanted)}
    WHERE h.host_id = ${hostId}::uuid AND h.resource = a.resource AND h.used + a.amount <= ${allocatableSql}`);
  mustTakeAll(taken, wanted);
  await insertReservations(tx, claimFor, hostId, wanted);
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

/** The one order in which counters are locked. */
export const inFixedOrder = Prisma.sql`array_position(${[...quotaResources]}::text[], resource)`;

type Counter = Omit<Shortage, 'asked'>;
type Wanted = [resource: QuotaResource, amount: number][];

/** What is asked for. Throws on amounts that are no counts. */
function asked(amounts: Amounts): Wanted {
  return quotaResources.flatMap((resource): Wanted => {
    const amount = amounts[resource] ?? 0;
    if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`A claim of ${amount} ${resource}.`);
    return amount === 0 ? [] : [[resource, amount]];
  });
}

/** A missing counter is one of which there is nothing. */
const shortages = (wanted: Wanted, counters: readonly Counter[]): Shortage[] =>
  wanted.flatMap(([resource, amount]) => {
    const { used, limit } = counters.find((counter) => counter.resource === resource) ?? { used: 0, limit: 0 };
    return used + amount <= limit ? [] : [{ resource, used, limit, asked: amount }];
  });

const asTable = (wanted: Wanted): Prisma.Sql => Prisma.sql`
  unnest(${wanted.map(([resource]) => resource)}::text[], ${wanted.map(([, amount]) => amount)}::bigint[])
    AS a(resource, amount)`;

function mustTakeAll(taken: number, wanted: Wanted): void {
  if (taken !== wanted.length)
    throw new Error(`A claim took ${taken} of ${wanted.length} counters under its own lock.`);
}

async function insertReservations(
  tx: AtollTx,
  claimFor: ClaimFor,
  hostId: string | null,
  wanted: Wanted,
): Promise<void> {
  const { projectId, ownerId, operationId = null, state = 'held' } = claimFor;
  await tx.reservation.createMany({
    data: wanted.map(([resource, amount]) => ({
      id: newId(),
      projectId,
      hostId,
      ownerId,
      operationId,
      resource,
      amount: BigInt(amount),
      state,
    })),
  });
}

/** A claim on a quota (hostId null) or on a host. */
export interface ReservationRow {
  id: string;
  projectId: string;
  hostId: string | null;
  ownerId: string;
  operationId: string | null;
  resource: QuotaResource;
  amount: number;
  state: 'held' | 'committed';
}

/** The live reservations of an instance or volume. */
export async function listClaims(db: DbOrTx, ref: { projectId: string; ownerId: string }): Promise<ReservationRow[]> {
  return db.$queryRaw<ReservationRow[]>(Prisma.sql`
    SELECT id, project_id AS "projectId", host_id AS "hostId", owner_id AS "ownerId", operation_id AS "operationId",
      resource, amount::float8 AS amount, state
    FROM reservation
    WHERE project_id = ${ref.projectId}::uuid AND owner_id = ${ref.ownerId}::uuid AND state <> 'released'
    ORDER BY host_id NULLS FIRST, ${inFixedOrder}`);
}

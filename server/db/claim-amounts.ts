import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { newId } from '#server/platform/id.ts';
import type { AtollTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** What the stores of claims share: amounts that are asked for, counters that are short, and the rows of the ledger. */
export type Amounts = Partial<Record<QuotaResource, number>>;

export interface ClaimFor {
  projectId: string;
  /** The instance or volume that the claim is for. Disks are claimed for their volume, so that it can be kept. */
  ownerId: string;
  operationId?: string | null;
  /** committed: for what exists already. Default: held, until `commitClaims`. */
  state?: 'held' | 'committed';
}

export interface Shortage {
  resource: QuotaResource;
  used: number;
  limit: number;
  asked: number;
}

export type Counter = Omit<Shortage, 'asked'>;
export type Wanted = [resource: QuotaResource, amount: number][];

/** The one order in which counters are locked. */
export const inFixedOrder = Prisma.sql`array_position(${[...quotaResources]}::text[], resource)`;

/** What is asked for. Throws on amounts that are no counts. */
export function asked(amounts: Amounts): Wanted {
  return quotaResources.flatMap((resource): Wanted => {
    const amount = amounts[resource] ?? 0;
    if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`A claim of ${amount} ${resource}.`);
    return amount === 0 ? [] : [[resource, amount]];
  });
}

/** What does not suffice. A missing counter is one of which there is `limitOfMissing`. */
export const shortages = (wanted: Wanted, counters: readonly Counter[], limitOfMissing: number): Shortage[] =>
  wanted.flatMap(([resource, amount]) => {
    const counter = counters.find((each) => each.resource === resource);
    const { used, limit } = counter ?? { used: 0, limit: limitOfMissing };
    return used + amount <= limit ? [] : [{ resource, used, limit, asked: amount }];
  });

export const asTable = (wanted: Wanted): Prisma.Sql => Prisma.sql`
  unnest(${wanted.map(([resource]) => resource)}::text[], ${wanted.map(([, amount]) => amount)}::bigint[])
    AS a(resource, amount)`;

export function mustTakeAll(taken: number, wanted: Wanted): void {
  if (taken !== wanted.length)
    throw new Error(`A claim took ${taken} of ${wanted.length} counters under its own lock.`);
}

/** Rows with a host add up to that host, those with a pool to the project's quota in it, the others to its quota. */
export async function insertReservations(
  tx: AtollTx,
  claimFor: ClaimFor,
  place: { hostId?: string; poolId?: string },
  wanted: Wanted,
): Promise<void> {
  const { projectId, ownerId, operationId = null, state = 'held' } = claimFor;
  if (wanted.length === 0) return;
  await tx.reservation.createMany({
    data: wanted.map(([resource, amount]) => ({
      id: newId(),
      projectId,
      hostId: place.hostId ?? null,
      poolId: place.poolId ?? null,
      ownerId,
      operationId,
      resource,
      amount: BigInt(amount),
      state,
    })),
  });
}

/**
 * Assignments that change `used` of a quota where what is above the limit is to be tolerated: in giving back, and in moves that
 * no limit stops (I2, see the migration quota_tolerance). Claims do without: they stay within the limit.
 */
export const usedPlus = (amount: bigint): Prisma.Sql => Prisma.sql`
  used = used + ${amount}::bigint,
  tolerated = CASE WHEN used + ${amount}::bigint > lim THEN used + ${amount}::bigint ELSE 0 END`;

/** Assignments that set a limit, also below what is used: that stops new claims and takes nothing away. */
export const limitIs = (limit: number | null): Prisma.Sql => Prisma.sql`
  lim = ${limit}::bigint, tolerated = CASE WHEN used > ${limit}::bigint THEN used ELSE 0 END`;

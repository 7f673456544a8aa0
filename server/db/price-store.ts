import { AtollError } from '#server/contract/errors.ts';
import type { AtollTx, DbOrTx } from './client.ts';
import { Prisma } from './generated/client.ts';

/** What an hour costs from a moment on, in millionths of the currency. */
export interface PriceRow {
  effectiveFrom: Date;
  currency: string;
  vcpuHourMicros: bigint;
  memoryGiBHourMicros: bigint;
  diskGiBHourMicros: bigint;
}

/** All prices, newest first. */
export const listPrices = (db: DbOrTx): Promise<PriceRow[]> =>
  db.price.findMany({ orderBy: { effectiveFrom: 'desc' } });

/**
 * Sets prices from a moment on, in the place of those that would begin then or later. Throws `conflict` when what is left before
 * is in another currency: the costs of one month could not be added.
 */
export async function putPrice(tx: AtollTx, price: PriceRow): Promise<void> {
  // Of two that set prices at once, the second sees those of the first.
  await tx.$executeRaw(Prisma.sql`LOCK TABLE price IN SHARE ROW EXCLUSIVE MODE`);
  await tx.price.deleteMany({ where: { effectiveFrom: { gte: price.effectiveFrom } } });
  const other = await tx.price.findFirst({ where: { currency: { not: price.currency } } });
  if (other)
    throw new AtollError(
      'conflict',
      `Earlier prices are in ${other.currency}, and costs of two currencies cannot be added.`,
      {
        hint: 'Set the prices for all time, which replaces the earlier ones.',
        fields: [{ pointer: '/currency', code: 'other_currency', message: `Earlier prices are in ${other.currency}.` }],
      },
    );
  await tx.price.createMany({ data: [price] });
}

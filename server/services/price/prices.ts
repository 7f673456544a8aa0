import type { InputOf } from '#server/contract/api.ts';
import type { Price, priceApi } from '#server/contract/price.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { databaseNow } from '#server/db/database-clock.ts';
import { listPrices, type PriceRow, putPrice } from '#server/db/price-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';
import { decimalOf, microsOf } from './decimal.ts';

export interface PriceList {
  currency: string | null;
  current: Price | null;
  prices: Price[];
}

/** The price list: what holds now, what held before and what is to come. */
export async function getPrices(db: DbOrTx): Promise<PriceList> {
  const now = await databaseNow(db);
  const rows = await listPrices(db);
  const current = rows.find(({ effectiveFrom }) => effectiveFrom <= now);
  return {
    currency: rows[0]?.currency ?? null,
    current: current ? priceView(current) : null,
    prices: rows.map(priceView),
  };
}

/** Sets prices from a moment on, now unless another is named. Throws `conflict` for another currency than before. */
export async function setPrices(ctx: ActorContext, input: InputOf<typeof priceApi.set>): Promise<PriceList> {
  const { currency, vcpuHour, memoryGiBHour, diskGiBHour } = input;
  const effectiveFrom =
    input.effectiveFrom === undefined ? await databaseNow(ctx.app.db) : new Date(input.effectiveFrom);
  const detail = { currency, vcpuHour, memoryGiBHour, diskGiBHour, effectiveFrom: effectiveFrom.toISOString() };
  return change(ctx, { action: 'price.set', detail }, async (tx) => {
    await putPrice(tx, {
      effectiveFrom,
      currency,
      vcpuHourMicros: microsOf(vcpuHour),
      memoryGiBHourMicros: microsOf(memoryGiBHour),
      diskGiBHourMicros: microsOf(diskGiBHour),
    });
    return getPrices(tx);
  });
}

const priceView = (row: PriceRow): Price => ({
  effectiveFrom: row.effectiveFrom.toISOString(),
  vcpuHour: decimalOf(row.vcpuHourMicros),
  memoryGiBHour: decimalOf(row.memoryGiBHourMicros),
  diskGiBHour: decimalOf(row.diskGiBHourMicros),
});

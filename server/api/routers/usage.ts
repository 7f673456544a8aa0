import { priceApi } from '#server/contract/price.ts';
import { usageApi } from '#server/contract/usage.ts';
import { getPrices, setPrices } from '#server/services/price/prices.ts';
import { readProjectUsage, readWholeUsage } from '#server/services/usage/read-usage.ts';
import { implement } from '../implement.ts';

export const usageHandlers = implement(usageApi, {
  inProject: (ctx, input) => readProjectUsage(ctx, input),
  list: (ctx, input) => readWholeUsage(ctx, input),
});

export const priceHandlers = implement(priceApi, {
  get: (ctx) => getPrices(ctx.app.db),
  set: (ctx, input) => setPrices(ctx, input),
});

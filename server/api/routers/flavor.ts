import { flavorApi } from '#server/contract/flavor.ts';
import {
  changeFlavor,
  createFlavor,
  getOneFlavor,
  listAllFlavors,
  removeFlavor,
} from '#server/services/flavor/flavors.ts';
import { implement } from '../implement.ts';

export const flavorHandlers = implement(flavorApi, {
  list: (ctx, input) => listAllFlavors(ctx, input),
  get: (ctx, input) => getOneFlavor(ctx, input),
  create: (ctx, input) => createFlavor(ctx, input),
  update: (ctx, input) => changeFlavor(ctx, input),
  delete: (ctx, input) => removeFlavor(ctx, input),
});

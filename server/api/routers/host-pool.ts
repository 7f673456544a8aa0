import { hostPoolApi } from '#server/contract/host-pool.ts';
import { changeHostPool, createHostPool, removeHostPool } from '#server/services/host-pool/change-host-pools.ts';
import { getOneHostPool, listAllHostPools, listUsablePools } from '#server/services/host-pool/read-host-pools.ts';
import { implement } from '../implement.ts';

export const hostPoolHandlers = implement(hostPoolApi, {
  list: (ctx, input) => listAllHostPools(ctx, input),
  get: (ctx, input) => getOneHostPool(ctx, input),
  create: (ctx, input) => createHostPool(ctx, input),
  update: (ctx, input) => changeHostPool(ctx, input),
  delete: (ctx, input) => removeHostPool(ctx, input),
  usable: (ctx) => listUsablePools(ctx),
});

import type { HostPool } from '#server/contract/host-pool.ts';
import { getHostPool, listHostPools, listPoolsFor } from '#server/db/host-pool-store.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';
import { hostPoolView } from './host-pool-view.ts';

/** Pools by name. */
export async function listAllHostPools(ctx: ActorContext, input: ListInput & { search?: string | undefined }) {
  const { search } = input;
  const list = ['host-pools', search];
  return pageOfList(ctx, list, input, (page) => listHostPools(ctx.app.db, { search }, page), hostPoolView);
}

/** One pool. Throws `not_found`. */
export async function getOneHostPool(ctx: ActorContext, input: { hostPool: string }): Promise<HostPool> {
  return hostPoolView(await getHostPool(ctx.app.db, { id: input.hostPool }));
}

/** The pools that the project may use: what a tenant learns of them, and no host. */
export async function listUsablePools(ctx: ProjectContext) {
  const pools = (await listPoolsFor(ctx.app.db, ctx.project.id)).filter(({ usable }) => usable);
  return {
    items: pools.map(({ id, name, description, isDefault, flavorIds, traits }) => ({
      id,
      name,
      description,
      isDefault,
      flavorIds,
      traits,
    })),
  };
}

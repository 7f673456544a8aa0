import { quotaResources } from '#server/contract/quota-resources.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { listPoolQuotas } from '#server/db/pool-quota-store.ts';
import { getProject } from '#server/db/project-store.ts';
import type { Limits } from '#server/db/quota-request-store.ts';

/** The limits of a project now, or those it has in a host pool; a resource without one is left out. */
export async function presentLimits(db: DbOrTx, ref: { projectId: string; poolId: string | null }): Promise<Limits> {
  const quota: Partial<Record<string, { limit: number | null }>> =
    ref.poolId === null
      ? (await getProject(db, { id: ref.projectId })).quota
      : ((await listPoolQuotas(db, ref)).find(({ pool }) => pool.id === ref.poolId)?.quota ?? {});
  return Object.fromEntries(
    quotaResources.flatMap((resource) => {
      const limit = quota[resource]?.limit ?? null;
      return limit === null ? [] : [[resource, limit]];
    }),
  );
}

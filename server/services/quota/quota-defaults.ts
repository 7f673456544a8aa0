import { builtInQuota, type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import type { DbOrTx } from '#server/db/client.ts';
import { findSetting, putSetting } from '#server/db/setting-store.ts';
import { change } from '../change.ts';
import type { ActorContext } from '../service-context.ts';

export type QuotaLimits = Record<QuotaResource, number>;
/** What a request names; the edge keeps `undefined` of optional fields. */
type SomeLimits = Partial<Record<QuotaResource, number | undefined>>;

/** The limits of a new project: those of the admin, else the built-in ones, and of both what `changes` does not name. */
export async function quotaOfNewProject(db: DbOrTx, changes: SomeLimits = {}): Promise<QuotaLimits> {
  const defaults: SomeLimits = (await findSetting(db, 'quotaDefaults')) ?? {};
  const limit = (resource: QuotaResource): number => changes[resource] ?? defaults[resource] ?? builtInQuota[resource];
  return Object.fromEntries(quotaResources.map((resource) => [resource, limit(resource)])) as QuotaLimits;
}

/** The limits of new projects. */
export const getQuotaDefaults = (ctx: ActorContext): Promise<QuotaLimits> => quotaOfNewProject(ctx.app.db);

/** Changes limits of new projects; those not named stay, and so do all projects that are there. */
export async function setQuotaDefaults(ctx: ActorContext, input: SomeLimits): Promise<QuotaLimits> {
  const what = { action: 'quota.setDefaults', target: { type: 'setting', id: 'quotaDefaults' }, detail: { ...input } };
  return change(ctx, what, async (tx) => {
    const limits = await quotaOfNewProject(tx, input);
    await putSetting(tx, 'quotaDefaults', limits);
    return limits;
  });
}

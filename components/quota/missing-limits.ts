import type { QuotaResource } from '#server/contract/quota-resources.ts';

/** The limits that would suffice: of each counter that would be above its own. */
export const missingLimits = (
  quota: readonly { resource: QuotaResource; after: number; limit: number }[],
): Partial<Record<QuotaResource, number>> =>
  Object.fromEntries(quota.filter(({ after, limit }) => after > limit).map(({ resource, after }) => [resource, after]));

/** The same of a refusal: `shortages` of the problem `quota_exceeded`; empty where it says none. */
export function limitsOfShortages(shortages: unknown): Partial<Record<QuotaResource, number>> {
  if (!Array.isArray(shortages)) return {};
  return missingLimits(
    shortages.map(({ resource, used, asked, limit }: { resource: QuotaResource } & Record<string, number>) => ({
      resource,
      after: (used ?? 0) + (asked ?? 0),
      limit: limit ?? 0,
    })),
  );
}

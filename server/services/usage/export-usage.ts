import { maxExportRows } from '#server/contract/audit.ts';
import { AtollError } from '#server/contract/errors.ts';
import type { UsageObject, UsageRange } from '#server/contract/usage.ts';
import { databaseNow } from '#server/db/database-clock.ts';
import { listPrices } from '#server/db/price-store.ts';
import { sumUsageByObject } from '#server/db/usage-store.ts';
import type { ServiceContext } from '../service-context.ts';
import { objectView } from './read-usage.ts';
import { usageRange } from './usage-range.ts';

export interface UsageLine extends UsageObject {
  from: string;
  to: string;
  projectId: string;
  currency: string | null;
}

/** A line for every instance and volume of the range; of one project, or of all. Throws `payload_too_large`. */
export async function exportUsage(
  ctx: ServiceContext,
  input: UsageRange,
  projectId: string | null,
): Promise<UsageLine[]> {
  const { db } = ctx.app;
  const range = usageRange(input, 'month', await databaseNow(db));
  const objects = await sumUsageByObject(db, { projectId, ...range }, maxExportRows + 1);
  if (objects.length > maxExportRows)
    throw new AtollError('payload_too_large', `These are more than ${maxExportRows} lines.`, {
      hint: 'Export a shorter time, or one project after the other.',
    });
  const currency = (await listPrices(db))[0]?.currency ?? null;
  const times = { from: range.from.toISOString(), to: range.to.toISOString() };
  return objects.map((object) => ({ ...times, projectId: object.projectId, currency, ...objectView(object) }));
}

import { AtollError } from '#server/contract/errors.ts';
import { maxUsageDays, type UsageGranularity, type UsageRange } from '#server/contract/usage.ts';

const dayMs = 24 * 3_600_000;
/** What nobody means, and PostgreSQL would fail on. */
const earliestMs = Date.UTC(2000, 0, 1);
const latestMs = Date.UTC(2200, 0, 1);

/**
 * The range that is asked for: this month where nothing is said, by UTC and the database's clock.
 * Throws `validation_failed` where it ends before it begins, or is too long for its parts.
 */
export function usageRange(input: UsageRange, granularity: UsageGranularity, now: Date): { from: Date; to: Date } {
  const from = input.from === undefined ? monthOf(now, 0) : new Date(input.from);
  const to = input.to === undefined ? monthOf(from, 1) : new Date(input.to);
  if (from.getTime() < earliestMs || to.getTime() > latestMs) throw wrong('/from', 'Name times between 2000 and 2200.');
  if (to <= from) throw wrong('/to', 'The end must be after the beginning.');
  const days = maxUsageDays[granularity];
  if (to.getTime() - from.getTime() > days * dayMs)
    throw wrong(
      '/to',
      `By ${granularity}, at most ${days} days can be asked for; take larger parts or a shorter time.`,
    );
  return { from, to };
}

const monthOf = (time: Date, plus: number): Date =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + plus, 1));

const wrong = (pointer: string, message: string): AtollError =>
  new AtollError('validation_failed', message, { fields: [{ pointer, code: 'invalid', message }] });

import type { UsageAmounts } from '#server/contract/usage.ts';

export type UsageMeasure = keyof UsageAmounts;

/** Hours of something, from an exact decimal: whole from a hundred on. */
export function formatHours(hours: string, locale: string): string {
  const value = Number(hours);
  return new Intl.NumberFormat(locale, { maximumFractionDigits: value < 100 ? 2 : 0 }).format(value);
}

/** Money from an exact decimal. What is less than the smallest coin keeps two digits, so that it is not nothing. */
export function formatMoney(amount: string, currency: string, locale: string): string {
  const value = Number(amount);
  const plain = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const coin = 10 ** -(plain.resolvedOptions().maximumFractionDigits ?? 2);
  if (value === 0 || value >= coin) return plain.format(value);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumSignificantDigits: 1,
    maximumSignificantDigits: 2,
  }).format(value);
}

/** A price for an hour, with all of its places. */
export const formatPrice = (amount: string, currency: string, locale: string): string =>
  new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  }).format(Number(amount));

/** One measure of some amounts. */
export const formatMeasure = (
  amounts: UsageAmounts,
  measure: UsageMeasure,
  currency: string | null,
  locale: string,
): string =>
  measure === 'cost' && currency !== null
    ? formatMoney(amounts.cost, currency, locale)
    : formatHours(amounts[measure], locale);

/** A day or a month of UTC, short. */
export const formatPart = (from: string, granularity: 'hour' | 'day' | 'month', locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    ...(granularity === 'month' ? { month: 'short', year: 'numeric' } : { month: 'short', day: 'numeric' }),
  }).format(new Date(from));

import { parseAsString } from 'nuqs/server';

/** The time that is looked at, kept in the address: `2026-11` by day, `2026` by month; this month where it is missing. */
export const usageParams = { time: parseAsString };

/** A month or a year of UTC. */
export interface UsagePeriod {
  year: number;
  /** From 1; null: the whole year, by month. */
  month: number | null;
}

/** The period of the address, or this month. */
export function usagePeriodOf(time: string | null, now: Date): UsagePeriod {
  const match = /^(20\d\d)(?:-(0[1-9]|1[0-2]))?$/.exec(time ?? '');
  if (!match) return { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1 };
  return { year: Number(match[1]), month: match[2] === undefined ? null : Number(match[2]) };
}

/** How a period stands in the address. */
export const timeOf = ({ year, month }: UsagePeriod): string =>
  month === null ? String(year) : `${year}-${String(month).padStart(2, '0')}`;

/** So many periods later, or earlier. */
export function shiftPeriod({ year, month }: UsagePeriod, by: number): UsagePeriod {
  if (month === null) return { year: year + by, month };
  const then = new Date(Date.UTC(year, month - 1 + by, 1));
  return { year: then.getUTCFullYear(), month: then.getUTCMonth() + 1 };
}

/** The range and its parts, as the contract wants them; page and component build them alike. */
export function usageInput(period: UsagePeriod) {
  const { year, month } = period;
  const next = shiftPeriod(period, 1);
  const from = new Date(Date.UTC(year, (month ?? 1) - 1, 1)).toISOString();
  const to = new Date(Date.UTC(next.year, (next.month ?? 1) - 1, 1)).toISOString();
  return { from, to, granularity: month === null ? ('month' as const) : ('day' as const) };
}

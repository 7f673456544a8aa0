import { expect, it } from 'vitest';
import { shiftPeriod, timeOf, usageInput, usagePeriodOf } from './usage-query.ts';

const now = new Date('2026-12-31T23:30:00Z');

it('reads months and years of the address, and takes this month of UTC for anything else', () => {
  expect(usagePeriodOf('2026-03', now)).toEqual({ year: 2026, month: 3 });
  expect(usagePeriodOf('2025', now)).toEqual({ year: 2025, month: null });
  for (const time of [null, '', '2026-13', '1999-01', '2026-3', 'x'])
    expect(usagePeriodOf(time, now)).toEqual({ year: 2026, month: 12 });
});

it('goes over the ends of years', () => {
  expect(timeOf(shiftPeriod({ year: 2026, month: 12 }, 1))).toBe('2027-01');
  expect(timeOf(shiftPeriod({ year: 2026, month: 1 }, -1))).toBe('2025-12');
  expect(timeOf(shiftPeriod({ year: 2026, month: null }, -1))).toBe('2025');
});

it('asks for whole months and years of UTC', () => {
  const month = { from: '2026-12-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z', granularity: 'day' };
  expect(usageInput({ year: 2026, month: 12 })).toEqual(month);
  const year = { from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z', granularity: 'month' };
  expect(usageInput({ year: 2026, month: null })).toEqual(year);
});

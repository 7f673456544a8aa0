import { expect, it } from 'vitest';
import { formatHours, formatMoney, formatPart, formatPrice } from './format-usage.ts';

it('writes hours with the digits that matter', () => {
  expect(['0.000000', '0.004000', '12.345678', '1234.567890'].map((hours) => formatHours(hours, 'en'))).toEqual([
    '0',
    '0',
    '12.35',
    '1,235',
  ]);
});

it('writes money with its coins, and what is less than a coin as what it is', () => {
  expect(formatMoney('1234.5', 'EUR', 'en')).toBe('€1,234.50');
  expect(formatMoney('0.000000', 'EUR', 'en')).toBe('€0.00');
  expect(formatMoney('0.001234', 'EUR', 'en')).toBe('€0.0012');
  expect(formatMoney('1234.5', 'JPY', 'en')).toBe('¥1,235');
  expect(formatPrice('0.012500', 'CNY', 'zh-CN')).toBe('¥0.0125');
});

it('names days and months by UTC', () => {
  expect(formatPart('2026-03-01T00:00:00.000Z', 'day', 'en')).toBe('Mar 1');
  expect(formatPart('2026-03-01T00:00:00.000Z', 'month', 'zh-CN')).toBe('2026年3月');
});

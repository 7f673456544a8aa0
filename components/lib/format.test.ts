import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatDuration, formatGiB, formatMiB } from './format.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [61_952 * 2 ** 20, '60.5 GiB'],
    [2 ** 40, '1 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text);
  });

  it('takes MiB and GiB', () => {
    expect(formatMiB(512, 'en')).toBe('512 MiB');
    expect(formatMiB(2048, 'en')).toBe('2 GiB');
    expect(formatGiB(2048, 'en')).toBe('2 TiB');
  });
});

describe('ages', () => {
  const now = Date.parse('2026-01-02T12:00:00.000Z');
  it.each([
    ['2026-01-02T11:59:30.000Z', 'en', 'now'],
    ['2026-01-02T11:30:00.000Z', 'en', '30m ago'],
    ['2026-01-02T09:00:00.000Z', 'zh-CN', '3小时前'],
    ['2026-01-01T12:00:00.000Z', 'en', 'yesterday'],
  ])('%s in %s is %s', (at, locale, text) => {
    expect(formatAgo(at, now, locale)).toBe(text);
  });
});

describe('durations', () => {
  it.each([
    ['2026-01-01T00:00:00.850Z', '850 ms'],
    ['2026-01-01T00:00:12.000Z', '12 sec'],
    ['2026-01-01T00:03:05.000Z', '3 min 5 sec'],
  ])('until %s it took %s', (endedAt, text) => {
    expect(formatDuration('2026-01-01T00:00:00.000Z', endedAt, 'en')).toBe(text);
  });
});

/** Numbers and sizes for people. Units are binary and said as such: MiB, GiB, TiB (IEC 80000-13). */
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

const number = (value: number, locale: string, digits: number): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);

/** `sizeBytes` in the largest unit that keeps it at or above 1, with one decimal below 100. */
export function formatBytes(sizeBytes: number, locale: string): string {
  let value = sizeBytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${number(value, locale, value < 100 && unit > 0 ? 1 : 0)} ${binaryUnits[unit]}`;
}

/** 512 → `512 MiB`, 2048 → `2 GiB`. */
export const formatMiB = (memoryMiB: number, locale: string): string => formatBytes(memoryMiB * 2 ** 20, locale);

/** 20 → `20 GiB`, 2048 → `2 TiB`. */
export const formatGiB = (diskGiB: number, locale: string): string => formatBytes(diskGiB * 2 ** 30, locale);

export const formatCount = (value: number, locale: string): string => number(value, locale, 0);

const spans: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `2 hours ago`; anything younger than a minute is `now`, so that a list does not flicker every second. */
export function formatAgo(at: string, nowMs: number, locale: string): string {
  const seconds = Math.round((Date.parse(at) - nowMs) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' });
  for (const [unit, length] of spans) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, 'second');
}

/** Date, time and zone in the person's own zone, for tooltips and logs. */
export function formatAbsolute(at: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(at));
}

/** Time of day to the second, for log lines. */
export function formatClock(at: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(new Date(at));
}

/** How long something took, from two RFC 3339 times, in at most two units: `850 ms`, `12 sec`, `3 min 5 sec`, `25 hr 2 min`. */
export function formatDuration(startedAt: string, endedAt: string, locale: string): string {
  const ms = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 1 }).format(
      value,
    );
  if (ms < 1000) return unit(ms, 'millisecond');
  const seconds = ms / 1000;
  if (seconds < 60) return unit(seconds < 10 ? seconds : Math.round(seconds), 'second');
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${unit(minutes, 'minute')} ${unit(whole % 60, 'second')}`;
  return `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`;
}

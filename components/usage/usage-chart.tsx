'use client';

import { clsx as cx } from 'clsx';
import { useLocale, useTranslations } from 'next-intl';
import type { UsageBucket, UsageGranularity } from '#server/contract/usage.ts';
import { formatMeasure, formatPart, type UsageMeasure } from './format-usage.ts';

export interface UsageChartProps {
  buckets: readonly UsageBucket[];
  granularity: UsageGranularity;
  measure: UsageMeasure;
  currency: string | null;
}

const height = 120;

/** A bar for each day or month. The numbers stand in a table for those who do not see the bars. */
export function UsageChart({ buckets, granularity, measure, currency }: UsageChartProps) {
  const t = useTranslations('usage');
  const locale = useLocale();
  const values = buckets.map((bucket) => Number(bucket[measure]));
  const highest = Math.max(...values, 0);
  const peak = buckets[values.indexOf(highest)];
  const label = t('chart', { measure: t(`measure.${measure}`) });
  const textOf = (bucket: UsageBucket): string => formatMeasure(bucket, measure, currency, locale);
  // A label wherever there is room for one.
  const every = Math.ceil(buckets.length / 8);
  return (
    <figure className="min-w-0">
      <figcaption className="mb-2 flex flex-wrap justify-between gap-x-4 text-12 text-text-2">
        <span>{label}</span>
        {peak ? <span className="tabular">{t('chartPeak', { value: textOf(peak) })}</span> : null}
      </figcaption>
      <svg
        aria-hidden
        viewBox={`0 0 ${buckets.length} ${height}`}
        preserveAspectRatio="none"
        className="block h-30 w-full overflow-visible"
      >
        <line
          x1="0"
          x2={buckets.length}
          y1={height}
          y2={height}
          className="stroke-line"
          vectorEffect="non-scaling-stroke"
        />
        {buckets.map((bucket, index) => {
          const bar = highest > 0 ? ((values[index] ?? 0) / highest) * height : 0;
          return (
            <g key={bucket.from}>
              <rect x={index + 0.12} width={0.76} y={height - bar} height={bar} className="fill-lagoon" />
              <rect
                x={index}
                width={1}
                y={0}
                height={height}
                className="fill-transparent hover:fill-hover hover:opacity-50"
              >
                <title>{`${formatPart(bucket.from, granularity, locale)}: ${textOf(bucket)}`}</title>
              </rect>
            </g>
          );
        })}
      </svg>
      <div aria-hidden className="mt-1 flex text-12 text-text-3">
        {buckets.map((bucket, index) => (
          <span
            key={bucket.from}
            className={cx(
              'w-0 grow overflow-visible whitespace-nowrap',
              index % every !== 0 && 'invisible',
              // Half as many on a phone.
              index % (2 * every) !== 0 && 'max-sm:invisible',
            )}
          >
            {index % every === 0 ? formatPart(bucket.from, granularity, locale) : null}
          </span>
        ))}
      </div>
      <table className="sr-only">
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.time')}</th>
            <th scope="col">{t(`measure.${measure}`)}</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket) => (
            <tr key={bucket.from}>
              <th scope="row">{formatPart(bucket.from, granularity, locale)}</th>
              <td>{textOf(bucket)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

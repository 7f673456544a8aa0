'use client';

import { clsx as cx } from 'clsx';
import { useLocale, useTranslations } from 'next-intl';
import type { UsageAmounts } from '#server/contract/usage.ts';
import { formatMeasure, type UsageMeasure } from './format-usage.ts';

export interface UsageTotalsProps {
  total: UsageAmounts;
  currency: string | null;
  measure: UsageMeasure;
  onChange: (measure: UsageMeasure) => void;
}

/** The measures that there are: cost only where something has a price. */
export const measuresOf = (currency: string | null): readonly UsageMeasure[] => [
  ...(currency === null ? [] : (['cost'] as const)),
  'vcpuHours',
  'memoryGiBHours',
  'diskGiBHours',
];

/** The sums of the time at hand; the one that is pressed is drawn. */
export function UsageTotals({ total, currency, measure, onChange }: UsageTotalsProps) {
  const t = useTranslations('usage');
  const locale = useLocale();
  return (
    <fieldset className="grid grid-cols-2 gap-2 lg:grid-cols-4">
      <legend className="sr-only">{t('measure.label')}</legend>
      {measuresOf(currency).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={measure === each}
          onClick={() => onChange(each)}
          className={cx(
            'flex min-w-0 flex-col items-start rounded-card border px-4 py-3 text-left transition-colors',
            measure === each ? 'border-lagoon bg-lagoon-wash' : 'border-line bg-surface-1 hover:bg-hover',
          )}
        >
          <span className="text-12 text-text-2">{t(`measure.${each}`)}</span>
          <span className="tabular truncate text-20 font-semibold">{formatMeasure(total, each, currency, locale)}</span>
        </button>
      ))}
    </fieldset>
  );
}

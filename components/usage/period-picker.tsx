'use client';

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { IconButton } from '../ui/icon-button.tsx';
import { Select } from '../ui/select.tsx';
import { shiftPeriod, type UsagePeriod } from './usage-query.ts';

export interface PeriodPickerProps {
  period: UsagePeriod;
  onChange: (period: UsagePeriod) => void;
}

/** Which month or year is looked at. */
export function PeriodPicker({ period, onChange }: PeriodPickerProps) {
  const t = useTranslations('usage.period');
  const locale = useLocale();
  const { year, month } = period;
  const begin = new Date(Date.UTC(year, (month ?? 1) - 1, 1));
  const next = shiftPeriod(period, 1);
  const isLast = Date.UTC(next.year, (next.month ?? 1) - 1, 1) > Date.now();
  const name = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    year: 'numeric',
    ...(month !== null && { month: 'long' }),
  }).format(begin);
  const toMonth = (): UsagePeriod => {
    const now = new Date();
    return { year, month: year === now.getUTCFullYear() ? now.getUTCMonth() + 1 : 1 };
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <IconButton icon={ChevronLeft} label={t('earlier')} onClick={() => onChange(shiftPeriod(period, -1))} />
      <span aria-live="polite" className="min-w-32 text-center font-medium">
        {name}
      </span>
      <IconButton
        icon={ChevronRight}
        label={t('later')}
        reason={isLast ? t('laterReason') : null}
        onClick={() => onChange(next)}
      />
      <Select
        aria-label={t('parts')}
        className="w-40! shrink-0"
        value={month === null ? 'year' : 'month'}
        onChange={(parts) => onChange(parts === 'year' ? { year, month: null } : toMonth())}
        options={[
          { value: 'month', label: t('month') },
          { value: 'year', label: t('year') },
        ]}
      />
    </div>
  );
}

'use client';

import { ChartColumn } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { type ReactNode, useState } from 'react';
import type { UsageAmounts, UsageBucket, UsageGranularity } from '#server/contract/usage.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ExportMenu } from '../ui/export-menu.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import type { UsageMeasure } from './format-usage.ts';
import { PeriodPicker } from './period-picker.tsx';
import { UsageChart } from './usage-chart.tsx';
import { timeOf, type UsagePeriod, usageInput, usageParams, usagePeriodOf } from './usage-query.ts';
import { UsageTotals } from './usage-totals.tsx';

/** What both answers of the contract have in common. */
export interface UsageOverTime {
  granularity: UsageGranularity;
  currency: string | null;
  total: UsageAmounts;
  buckets: UsageBucket[];
}

/** The period of the address and how to change it. */
export function useUsagePeriod(): { period: UsagePeriod; go: (period: UsagePeriod) => void } {
  const [{ time }, ask] = useQueryStates(usageParams, { history: 'replace' });
  return {
    period: usagePeriodOf(time, new Date()),
    go: (period) => void ask({ time: timeOf(period) }),
  };
}

export interface UsagePageProps<T extends UsageOverTime> {
  title: string;
  detail: string;
  period: UsagePeriod;
  onPeriod: (period: UsagePeriod) => void;
  /** Where its files are, below /api/v1. */
  exportPath: string;
  usage: T | undefined;
  error: unknown;
  /** Above the figures: prices. */
  before?: ReactNode;
  /** Below the chart: who used it. */
  parts: (usage: T, measure: UsageMeasure) => ReactNode;
}

/** Usage of a month or a year: sums, bars over time, and who or what it was. */
export function UsagePage<T extends UsageOverTime>(props: UsagePageProps<T>) {
  const { title, detail, period, onPeriod, exportPath, usage, error, before, parts } = props;
  const t = useTranslations('usage');
  const [chosen, choose] = useState<UsageMeasure | null>(null);
  const measure = chosen ?? (usage?.currency ? 'cost' : 'vcpuHours');
  const { from, to } = usageInput(period);
  const file = (format: string): string => `/api/v1${exportPath}?${new URLSearchParams({ format, from, to })}`;
  const empty = usage?.buckets.every((bucket) => Number(bucket.vcpuHours) + Number(bucket.diskGiBHours) === 0);
  return (
    <>
      <PageHeader
        title={title}
        detail={detail}
        actions={
          <ExportMenu
            label={t('export')}
            files={[
              { label: t('exportCsv'), href: file('csv') },
              { label: t('exportJson'), href: file('json') },
            ]}
          />
        }
      />
      {before}
      <div className="mb-4">
        <PeriodPicker period={period} onChange={onPeriod} />
      </div>
      {error ? <ProblemNotice error={error} what={t('failed')} /> : null}
      {usage === undefined && !error ? <SkeletonRows rows={6} /> : null}
      {usage ? (
        <div className="flex flex-col gap-4">
          <UsageTotals total={usage.total} currency={usage.currency} measure={measure} onChange={choose} />
          {empty ? (
            <Card>
              <EmptyState icon={ChartColumn} title={t('empty')} detail={t('emptyDetail')} />
            </Card>
          ) : (
            <>
              <Card>
                <UsageChart {...usage} measure={measure} />
              </Card>
              {parts(usage, measure)}
            </>
          )}
        </div>
      ) : null}
    </>
  );
}

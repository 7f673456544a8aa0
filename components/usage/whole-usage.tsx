'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { UsageProject } from '#server/contract/usage.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import type { DataColumn } from '../table/data-column.ts';
import { DataTable } from '../table/data-table.tsx';
import { RowLink } from '../table/row-link.tsx';
import { Card } from '../ui/card.tsx';
import { amountColumns } from './amount-columns.tsx';
import type { UsageMeasure } from './format-usage.ts';
import { PriceLine } from './price-line.tsx';
import { UsagePage, useUsagePeriod } from './usage-page.tsx';
import { usageInput } from './usage-query.ts';

/** What all projects used in a month or a year, and what an hour costs. */
export function WholeUsage() {
  const t = useTranslations('usage');
  const trpc = useTRPC();
  const { period, go } = useUsagePeriod();
  const { data, error } = useQuery(
    trpc.usage.list.queryOptions(usageInput(period), { placeholderData: keepPreviousData }),
  );
  return (
    <UsagePage
      title={t('titleAll')}
      detail={t('detailAll')}
      period={period}
      onPeriod={go}
      exportPath="/usage/export"
      usage={data}
      error={error}
      before={<PriceLine />}
      parts={({ projects, currency }, measure) => (
        <Projects projects={projects} measure={measure} currency={currency} />
      )}
    />
  );
}

interface ProjectsProps {
  projects: UsageProject[];
  measure: UsageMeasure;
  currency: string | null;
}

function Projects({ projects, measure, currency }: ProjectsProps) {
  const t = useTranslations('usage');
  const locale = useLocale();
  const columns = useMemo<DataColumn<UsageProject>[]>(
    () => [
      {
        id: 'project',
        header: t('column.project'),
        width: 'minmax(140px, 2fr)',
        card: 'title',
        cell: ({ slug, name }) =>
          slug === null ? (
            <span className="text-text-2">{`${name} (${t('deleted')})`}</span>
          ) : (
            <RowLink href={paths.usage(slug)}>{name}</RowLink>
          ),
      },
      ...amountColumns(projects, measure, currency, locale, (each) => t(`measure.${each}`)),
    ],
    [t, locale, projects, measure, currency],
  );
  return (
    <Card title={t('projects')} padded={false}>
      <DataTable
        label={t('projects')}
        columns={columns}
        rows={projects}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        empty={null}
      />
    </Card>
  );
}

'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { UsageObject } from '#server/contract/usage.ts';
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

/** What a project used in a month or a year, by instance and volume. */
export function ProjectUsage({ project }: { project: string }) {
  const t = useTranslations('usage');
  const trpc = useTRPC();
  const { period, go } = useUsagePeriod();
  const { data, error } = useQuery(
    trpc.usage.inProject.queryOptions({ project, ...usageInput(period) }, { placeholderData: keepPreviousData }),
  );
  return (
    <UsagePage
      title={t('title')}
      detail={t('detail')}
      period={period}
      onPeriod={go}
      exportPath={`/projects/${encodeURIComponent(project)}/usage/export`}
      usage={data}
      error={error}
      before={<PriceLine />}
      parts={({ objects, moreObjects, currency }, measure) => (
        <Objects project={project} objects={objects} more={moreObjects} measure={measure} currency={currency} />
      )}
    />
  );
}

interface ObjectsProps {
  project: string;
  objects: UsageObject[];
  more: boolean;
  measure: UsageMeasure;
  currency: string | null;
}

function Objects({ project, objects, more, measure, currency }: ObjectsProps) {
  const t = useTranslations('usage');
  const locale = useLocale();
  const columns = useMemo<DataColumn<UsageObject>[]>(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(140px, 2fr)',
        card: 'title',
        cell: ({ exists, type, id, name }) => {
          if (!exists) return <span className="text-text-2">{`${name} (${t('deleted')})`}</span>;
          const path = type === 'instance' ? paths.instance(project, id) : paths.volumes(project);
          return <RowLink href={path}>{name}</RowLink>;
        },
      },
      {
        id: 'kind',
        header: t('column.kind'),
        width: 'minmax(96px, 0.8fr)',
        from: 'lg',
        cell: ({ type, kind }) => {
          const isContainer = kind === 'container';
          if (type === 'volume') return isContainer ? t('kind.containerVolume') : t('kind.disk');
          return isContainer ? t('kind.container') : t('kind.vm');
        },
      },
      ...amountColumns(objects, measure, currency, locale, (each) => t(`measure.${each}`)),
    ],
    [t, locale, project, objects, measure, currency],
  );
  return (
    <Card title={t('objects')} padded={false}>
      <DataTable
        label={t('objects')}
        columns={columns}
        rows={objects}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        empty={null}
      />
      {more ? <p className="px-4 py-3 text-text-2">{t('moreObjects')}</p> : null}
    </Card>
  );
}

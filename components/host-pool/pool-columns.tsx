'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { HostPool } from '#server/contract/host-pool.ts';
import { paths } from '../lib/paths.ts';
import { useResourceText } from '../project/project-quota.tsx';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { Badge } from '../ui/badge.tsx';

/** The columns of the list of pools. */
export function usePoolColumns(): DataColumn<HostPool>[] {
  const t = useTranslations('pool');
  const text = useResourceText();
  return useMemo(() => {
    const used = ({ capacity }: HostPool, resource: 'vcpus' | 'memoryMiB') => {
      const { claimed, allocatable } = capacity[resource];
      const format = text.format[resource];
      return allocatable === 0 ? (
        '–'
      ) : (
        <span className="tabular whitespace-nowrap">
          {format(claimed)} <span className="text-text-3">/ {format(allocatable)}</span>
        </span>
      );
    };
    return [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(110px, 1.6fr)',
        card: 'title',
        cell: (row) => (
          <span className="flex items-center gap-2">
            <RowLink href={paths.pool(row.id)}>{row.name}</RowLink>
            {row.isDefault ? <Badge>{t('default')}</Badge> : null}
          </span>
        ),
      },
      {
        id: 'visibility',
        header: t('column.visibility'),
        width: 'minmax(90px, 1fr)',
        from: 'md',
        cell: (row) => t(`visibility.${row.visibility}`),
      },
      {
        id: 'policy',
        header: t('column.policy'),
        width: 'minmax(90px, 1fr)',
        cell: (row) => t(`policy.${row.policy}`),
      },
      { id: 'hosts', header: t('column.hosts'), width: '72px', align: 'end', cell: (row) => row.hosts },
      {
        id: 'vcpus',
        header: t('column.vcpus'),
        width: '96px',
        align: 'end',
        from: 'md',
        cell: (row) => used(row, 'vcpus'),
      },
      {
        id: 'memory',
        header: t('column.memory'),
        width: '140px',
        align: 'end',
        from: 'lg',
        cell: (row) => used(row, 'memoryMiB'),
      },
    ] satisfies DataColumn<HostPool>[];
  }, [t, text]);
}

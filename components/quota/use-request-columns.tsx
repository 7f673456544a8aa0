'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { limitsOf, type QuotaRequest } from '#server/contract/quota-request.ts';
import { formatAbsolute } from '../lib/format.ts';
import { useResourceText } from '../project/project-quota.tsx';
import type { DataColumn } from '../table/data-column.ts';
import { TimeAgo } from '../ui/time-ago.tsx';
import { RequestState } from './request-state.tsx';

/** The columns of a list of requests; `project`: of all projects. */
export function useRequestColumns({ project }: { project: boolean }): DataColumn<QuotaRequest>[] {
  const t = useTranslations('quotaRequest.column');
  const locale = useLocale();
  const text = useResourceText();
  return useMemo(() => {
    const limits: DataColumn<QuotaRequest> = {
      id: 'limits',
      header: t('limits'),
      width: 'minmax(150px, 2fr)',
      ...(!project && { card: 'title' as const }),
      cell: (row) => (
        <span className="tabular block truncate">
          {limitsOf(row.granted ?? row.limits)
            .map(([resource, limit]) => `${text.name(resource)} ${text.format[resource](limit)}`)
            .join(' · ')}
          {row.pool ? <span className="text-text-3"> {t('inPool', { pool: row.pool.name })}</span> : null}
        </span>
      ),
    };
    const ofProject: DataColumn<QuotaRequest> = {
      id: 'project',
      header: t('project'),
      width: 'minmax(110px, 1fr)',
      card: 'title',
      cell: (row) => <span className="font-medium">{row.project.name}</span>,
    };
    return [
      ...(project ? [ofProject] : []),
      limits,
      { id: 'state', header: t('state'), width: '120px', cell: (row) => <RequestState state={row.state} /> },
      {
        id: 'by',
        header: t('by'),
        from: 'lg',
        width: 'minmax(90px, 1fr)',
        cell: (row) => row.requestedBy?.name ?? '–',
      },
      {
        id: 'until',
        header: t('until'),
        width: '220px',
        from: 'xl',
        cell: (row) => (row.expiresAt ? formatAbsolute(row.expiresAt, locale) : '–'),
      },
      {
        id: 'age',
        header: t('age'),
        width: '110px',
        align: 'end',
        from: 'md',
        cell: (row) => <TimeAgo at={row.createdAt} tabIndex={-1} />,
      },
    ];
  }, [t, project, locale, text]);
}

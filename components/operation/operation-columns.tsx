'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Operation } from '#server/contract/operation.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { Elapsed } from './elapsed.tsx';
import { OperationState } from './operation-state.tsx';

/** The columns of the list of operations. `withProject`: the list spans projects. */
export function useOperationColumns(projectName: ((id: string | null) => string) | null): DataColumn<Operation>[] {
  const t = useTranslations('operations');
  const { title } = useOperationText();
  return useMemo(
    () => [
      {
        id: 'what',
        header: t('column.what'),
        width: 'minmax(140px, 2fr)',
        card: 'title',
        cell: (row) => <RowLink href={paths.operation(row.id)}>{title(row)}</RowLink>,
      },
      {
        id: 'state',
        header: t('column.state'),
        width: 'minmax(120px, 2fr)',
        cell: (row) => <OperationState operation={row} />,
      },
      ...(projectName
        ? [
            {
              id: 'project',
              header: t('column.project'),
              from: 'lg',
              card: 'hide',
              cell: (row: Operation) => projectName(row.projectId),
            } satisfies DataColumn<Operation>,
          ]
        : []),
      {
        id: 'by',
        header: t('column.by'),
        from: 'lg',
        cell: (row) => row.createdBy?.name ?? t('byAtoll'),
      },
      {
        id: 'begun',
        header: t('column.begun'),
        width: '104px',
        align: 'end',
        from: 'md',
        cell: (row) => <TimeAgo at={row.createdAt} tabIndex={-1} />,
      },
      {
        id: 'took',
        header: t('column.took'),
        width: '96px',
        align: 'end',
        from: 'lg',
        cell: (row) => <Elapsed from={row.startedAt} to={row.endedAt} />,
      },
    ],
    [t, title, projectName],
  );
}

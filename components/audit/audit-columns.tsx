'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { AuditRecord } from '#server/contract/audit.ts';
import type { DataColumn } from '../table/data-column.ts';
import { StateDot } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { useAuditText } from './use-audit-text.ts';

/** Who did it, in words. */
export function useActorName(): (record: Pick<AuditRecord, 'actor'>) => string {
  const t = useTranslations('audit');
  return ({ actor }) => actor?.name || t('nobody');
}

/** The columns of an audit. `projectName` is given where it spans projects. */
export function useAuditColumns(projectName: ((id: string | null) => string) | null): DataColumn<AuditRecord>[] {
  const t = useTranslations('audit');
  const textOf = useAuditText();
  return useMemo(
    () => [
      {
        id: 'what',
        header: t('column.what'),
        width: 'minmax(180px, 3fr)',
        card: 'title',
        cell: (row) => (
          <StateDot tone={row.outcome === 'done' ? 'ok' : 'bad'}>
            {row.outcome === 'done' ? textOf(row) : t('refusedWhat', { what: textOf(row) })}
          </StateDot>
        ),
      },
      {
        id: 'who',
        header: t('column.who'),
        width: 'minmax(110px, 1.2fr)',
        cell: (row) => row.actor?.name || t('nobody'),
      },
      ...(projectName
        ? [
            {
              id: 'project',
              header: t('column.project'),
              from: 'lg',
              card: 'hide',
              cell: (row: AuditRecord) => projectName(row.projectId),
            } satisfies DataColumn<AuditRecord>,
          ]
        : []),
      {
        id: 'from',
        header: t('column.from'),
        from: 'lg',
        card: 'hide',
        width: 'minmax(96px, 0.8fr)',
        cell: (row) => <span className="font-mono text-12">{row.ip ?? '–'}</span>,
      },
      {
        id: 'at',
        header: t('column.at'),
        width: '104px',
        align: 'end',
        cell: (row) => <TimeAgo at={row.at} tabIndex={-1} />,
      },
    ],
    [t, textOf, projectName],
  );
}

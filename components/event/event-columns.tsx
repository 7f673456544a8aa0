'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { z } from 'zod';
import type { eventSchema } from '#server/contract/event.ts';
import { useEventText } from '../lib/event-text.ts';
import { useTargetPath } from '../lib/target-path.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

export type LoggedEvent = z.output<typeof eventSchema>;

export const eventTones: Record<LoggedEvent['severity'], Tone> = { info: 'off', warn: 'warn', error: 'bad' };

/** The columns of an event log. `projectName` is given where the log spans projects. */
export function useEventColumns(projectName: ((id: string | null) => string) | null): DataColumn<LoggedEvent>[] {
  const t = useTranslations('event');
  const textOf = useEventText();
  const pathOf = useTargetPath();
  return useMemo(
    () => [
      {
        id: 'what',
        header: t('column.what'),
        width: 'minmax(160px, 3fr)',
        card: 'title',
        cell: (row) => <StateDot tone={eventTones[row.severity]}>{textOf(row)}</StateDot>,
      },
      {
        id: 'object',
        header: t('column.object'),
        width: 'minmax(100px, 1.2fr)',
        from: 'md',
        cell: (row) => {
          const path = pathOf(row.target, row.projectId);
          return path ? <RowLink href={path}>{row.target.name}</RowLink> : row.target.name;
        },
      },
      ...(projectName
        ? [
            {
              id: 'project',
              header: t('column.project'),
              from: 'lg',
              card: 'hide',
              cell: (row: LoggedEvent) => projectName(row.projectId),
            } satisfies DataColumn<LoggedEvent>,
          ]
        : []),
      { id: 'by', header: t('column.by'), from: 'lg', cell: (row) => row.actor?.name ?? t('byAtoll') },
      {
        id: 'at',
        header: t('column.at'),
        width: '104px',
        align: 'end',
        cell: (row) => <TimeAgo at={row.at} tabIndex={-1} />,
      },
    ],
    [t, textOf, pathOf, projectName],
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Host } from '#server/contract/host.ts';
import { paths } from '../lib/paths.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { Badge } from '../ui/badge.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { ClaimedOf } from './host-capacity.tsx';
import { useEngineNote } from './host-engines.tsx';
import { HostStateOrTask } from './host-state.tsx';

/** The columns of the list of hosts. */
export function useHostColumns(): DataColumn<Host>[] {
  const t = useTranslations('host');
  const note = useEngineNote();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(100px, 1.4fr)',
        card: 'title',
        cell: (row) => <RowLink href={paths.host(row.id)}>{row.name}</RowLink>,
      },
      {
        id: 'state',
        header: t('column.state'),
        width: 'minmax(156px, 1.6fr)',
        cell: (row) => (
          <span className="flex min-w-0 items-center gap-2">
            <HostStateOrTask host={row} />
            {row.cordon ? <Badge tone="warn">{t('cordoned')}</Badge> : null}
          </span>
        ),
      },
      {
        id: 'engines',
        header: t('column.engines'),
        width: 'minmax(110px, 2fr)',
        from: 'lg',
        cell: (row) =>
          row.engines
            .map((engine) => [t(`engine.name.${engine.type}`), note(engine)].filter(Boolean).join(' · '))
            .join(', ') || '–',
      },
      {
        id: 'vcpus',
        header: t('column.vcpus'),
        width: '76px',
        align: 'end',
        from: 'lg',
        cell: (row) => <ClaimedOf host={row} resource="vcpus" />,
      },
      {
        id: 'memory',
        header: t('column.memory'),
        width: '128px',
        align: 'end',
        from: 'md',
        cell: (row) => <ClaimedOf host={row} resource="memoryMiB" />,
      },
      {
        id: 'disk',
        header: t('column.disk'),
        width: '140px',
        align: 'end',
        from: 'xl',
        cell: (row) => <ClaimedOf host={row} resource="diskGiB" />,
      },
      {
        id: 'instances',
        header: t('column.instances'),
        width: '72px',
        align: 'end',
        from: 'lg',
        cell: (row) => row.instances,
      },
      {
        id: 'seen',
        header: t('column.seen'),
        width: '96px',
        align: 'end',
        from: 'xl',
        card: 'hide',
        cell: (row) => (row.lastSeenAt ? <TimeAgo at={row.lastSeenAt} tabIndex={-1} /> : '–'),
      },
    ],
    [t, note],
  );
}

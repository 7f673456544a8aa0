'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Instance } from '#server/contract/instance.ts';
import { formatMiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { ShortAddress } from './instance-addresses.tsx';
import { InstanceMenu } from './instance-menu.tsx';
import { InstanceStateOrTask } from './instance-state.tsx';

/** The columns of the list of instances: name, state or task, kind, image, host, address, size, age, actions. */
export function useInstanceColumns(project: string): DataColumn<Instance>[] {
  const t = useTranslations('instance');
  const locale = useLocale();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(160px, 1.8fr)',
        card: 'title',
        sort: { asc: 'name', desc: '-name' },
        cell: (row) => <RowLink href={paths.instance(project, row.id)}>{row.name}</RowLink>,
      },
      {
        id: 'state',
        header: t('column.state'),
        width: 'minmax(120px, 1.5fr)',
        cell: (row) => <InstanceStateOrTask instance={row} />,
      },
      {
        id: 'kind',
        header: t('column.kind'),
        width: '72px',
        card: 'hide',
        from: 'md',
        cell: (row) => t(`kindShort.${row.kind}`),
      },
      { id: 'image', header: t('column.image'), from: 'lg', cell: (row) => row.image?.name ?? '–' },
      { id: 'host', header: t('column.host'), from: 'lg', card: 'hide', cell: (row) => row.host?.name ?? '–' },
      {
        id: 'address',
        header: t('column.address'),
        width: 'minmax(116px, 1fr)',
        cell: (row) => <ShortAddress instance={row} />,
      },
      {
        id: 'vcpus',
        header: t('column.vcpus'),
        width: '48px',
        align: 'end',
        from: 'xl',
        card: 'hide',
        cell: (row) => row.vcpus,
      },
      {
        id: 'memory',
        header: t('column.memory'),
        width: '76px',
        align: 'end',
        from: 'md',
        card: 'hide',
        cell: (row) => formatMiB(row.memoryMiB, locale),
      },
      {
        id: 'age',
        header: t('column.age'),
        width: '100px',
        align: 'end',
        from: 'md',
        card: 'hide',
        sort: { asc: 'createdAt', desc: '-createdAt' },
        cell: (row) => <TimeAgo at={row.createdAt} tabIndex={-1} />,
      },
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '28px',
        card: 'corner',
        cell: (row) => <InstanceMenu project={project} instance={row} />,
      },
    ],
    [t, locale, project],
  );
}

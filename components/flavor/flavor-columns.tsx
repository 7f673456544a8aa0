'use client';

import { Pencil, Trash2 } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Flavor } from '#server/contract/flavor.ts';
import { formatGiB, formatMiB } from '../lib/format.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

export interface FlavorActions {
  onChange: (flavor: Flavor) => void;
  onDelete: (flavor: Flavor) => void;
}

/** The columns of the list of flavors; `actions` null: the person may only look. A stable reference. */
export function useFlavorColumns(actions: FlavorActions | null): DataColumn<Flavor>[] {
  const t = useTranslations('flavor');
  const locale = useLocale();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(100px, 2fr)',
        card: 'title',
        cell: (row) => <span className="font-medium">{row.name}</span>,
      },
      { id: 'vcpus', header: t('column.vcpus'), width: '56px', align: 'end', cell: (row) => row.vcpus },
      {
        id: 'memory',
        header: t('column.memory'),
        width: '84px',
        align: 'end',
        cell: (row) => formatMiB(row.memoryMiB, locale),
      },
      {
        id: 'disk',
        header: t('column.disk'),
        width: '84px',
        align: 'end',
        from: 'md',
        cell: (row) => formatGiB(row.diskGiB, locale),
      },
      {
        id: 'age',
        header: t('column.age'),
        width: '96px',
        align: 'end',
        from: 'lg',
        card: 'hide',
        cell: (row) => <TimeAgo at={row.createdAt} tabIndex={-1} />,
      },
      ...(actions
        ? [
            {
              id: 'actions',
              header: t('column.actions'),
              quiet: true,
              width: '60px',
              card: 'corner',
              cell: (row: Flavor) => (
                <span className="flex justify-end gap-1">
                  <RowIconButton
                    icon={Pencil}
                    label={t('change', { name: row.name })}
                    onClick={() => actions.onChange(row)}
                  />
                  <RowIconButton
                    icon={Trash2}
                    label={t('delete.open', { name: row.name })}
                    onClick={() => actions.onDelete(row)}
                  />
                </span>
              ),
            } satisfies DataColumn<Flavor>,
          ]
        : []),
    ],
    [t, locale, actions],
  );
}

'use client';

import { Play, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Volume } from '#server/contract/volume.ts';
import { formatGiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { RowLink } from '../table/row-link.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { useCannotDelete } from './use-cannot-delete.ts';

const tones: Record<Volume['state'], Tone> = { creating: 'busy', ready: 'ok', deleting: 'busy', failed: 'bad' };

export interface VolumeColumnsOptions {
  project: string;
  mayWrite: boolean;
  /** A stable reference. */
  onDelete: (volume: Volume) => void;
}

/** The columns of the list of volumes. */
export function useVolumeColumns({ project, mayWrite, onDelete }: VolumeColumnsOptions): DataColumn<Volume>[] {
  const t = useTranslations('volume');
  const locale = useLocale();
  const router = useRouter();
  const cannot = useCannotDelete(mayWrite);
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(100px, 2fr)',
        card: 'title',
        cell: (row) => <span className="font-medium">{row.name}</span>,
      },
      {
        id: 'state',
        header: t('column.state'),
        width: '116px',
        cell: (row) => <StateDot tone={tones[row.state]}>{t(`state.${row.state}`)}</StateDot>,
      },
      {
        id: 'usedBy',
        header: t('column.usedBy'),
        width: 'minmax(100px, 2fr)',
        from: 'md',
        cell: (row) =>
          row.instance ? (
            <RowLink href={paths.instance(project, row.instance.id)}>{row.instance.name}</RowLink>
          ) : (
            <span className="text-text-2">{t('kept')}</span>
          ),
      },
      {
        id: 'kind',
        header: t('column.kind'),
        from: 'lg',
        cell: (row) => (row.bootable ? t('bootDisk') : t(`kind.${row.kind}`)),
      },
      { id: 'host', header: t('column.host'), from: 'xl', card: 'hide', cell: (row) => row.host.name },
      {
        id: 'size',
        header: t('column.size'),
        width: '72px',
        align: 'end',
        cell: (row) => formatGiB(row.sizeGiB, locale),
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
      {
        id: 'actions',
        header: t('column.actions'),
        quiet: true,
        width: '64px',
        align: 'end',
        card: 'corner',
        cell: (row) => (
          <span className="flex justify-end gap-1">
            {mayWrite && row.bootable && row.state === 'ready' && !row.instance ? (
              <RowIconButton
                icon={Play}
                label={t('boot', { name: row.name })}
                onClick={() => router.push(paths.instanceNew(project, { kind: 'vm', volume: row.id }))}
              />
            ) : null}
            <RowIconButton
              icon={Trash2}
              label={t('delete.open', { name: row.name })}
              reason={cannot(row)}
              onClick={() => onDelete(row)}
            />
          </span>
        ),
      },
    ],
    [t, locale, router, project, mayWrite, cannot, onDelete],
  );
}

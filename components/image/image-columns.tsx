'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Image } from '#server/contract/image.ts';
import { formatBytes, formatGiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { ImageActions } from './image-actions.tsx';
import { ImageState } from './image-state.tsx';
import { useCannotDeleteImage } from './use-cannot-delete-image.ts';

/** The columns of the list of images: name, state or progress, format, sizes, for whom, age, actions. */
export function useImageColumns(project: string): DataColumn<Image>[] {
  const t = useTranslations('image');
  const locale = useLocale();
  const cannotDelete = useCannotDeleteImage(project);
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(100px, 2fr)',
        card: 'title',
        cell: (row) => <RowLink href={paths.image(project, row.id)}>{row.name}</RowLink>,
      },
      {
        id: 'state',
        header: t('column.state'),
        width: 'minmax(110px, 2fr)',
        cell: (row) => <ImageState image={row} />,
      },
      { id: 'format', header: t('column.format'), width: '72px', from: 'xl', cell: (row) => row.format ?? '–' },
      {
        id: 'size',
        header: t('column.size'),
        width: '84px',
        align: 'end',
        from: 'md',
        cell: (row) => (row.sizeBytes === null ? '–' : formatBytes(row.sizeBytes, locale)),
      },
      {
        id: 'disk',
        header: t('column.disk'),
        width: '104px',
        align: 'end',
        from: 'xl',
        cell: (row) => (row.minDiskGiB === null ? '–' : formatGiB(row.minDiskGiB, locale)),
      },
      {
        id: 'scope',
        header: t('column.scope'),
        width: '108px',
        from: 'lg',
        cell: (row) => t(row.projectId ? 'scope.project' : 'scope.public'),
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
        width: '60px',
        align: 'end',
        card: 'corner',
        cell: (row) => <ImageActions image={row} cannotDelete={cannotDelete(row)} />,
      },
    ],
    [t, locale, project, cannotDelete],
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { Project } from '#server/contract/project.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { paths } from '../lib/paths.ts';
import type { DataColumn } from '../table/data-column.ts';
import { RowLink } from '../table/row-link.tsx';
import { Badge } from '../ui/badge.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { mainQuotaResources, useResourceText } from './project-quota.tsx';

/** Used of limit, in one cell. */
function Use({ project, resource }: { project: Project; resource: QuotaResource }) {
  const { format } = useResourceText();
  const { used, limit } = project.quota[resource];
  return (
    <span className="tabular">
      {format[resource](used)} <span className="text-text-3">/ {format[resource](limit)}</span>
    </span>
  );
}

/** The columns of the list of projects. */
export function useProjectColumns(): DataColumn<Project>[] {
  const t = useTranslations('project');
  const resource = useTranslations('quota');
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        width: 'minmax(120px, 2fr)',
        card: 'title',
        cell: (row) => (
          <span className="flex min-w-0 items-center gap-2">
            <RowLink href={paths.instances(row.slug)}>{row.name}</RowLink>
            {row.state === 'active' ? null : <Badge>{t(`state.${row.state}`)}</Badge>}
          </span>
        ),
      },
      {
        id: 'slug',
        header: t('column.slug'),
        from: 'xl',
        card: 'hide',
        cell: (row) => <span className="font-mono text-12">{row.slug}</span>,
      },
      ...mainQuotaResources.map(
        (name): DataColumn<Project> => ({
          id: name,
          header: resource(name),
          width: 'minmax(104px, 1fr)',
          align: 'end',
          from: name === 'instances' || name === 'memoryMiB' ? 'md' : 'lg',
          cell: (row) => <Use project={row} resource={name} />,
        }),
      ),
      {
        id: 'age',
        header: t('column.age'),
        width: '96px',
        align: 'end',
        from: 'lg',
        card: 'hide',
        cell: (row) => <TimeAgo at={row.createdAt} tabIndex={-1} />,
      },
    ],
    [t, resource],
  );
}

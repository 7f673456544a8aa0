'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { HardDrive } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Volume } from '#server/contract/volume.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { CreateLink } from '../lib/create-link.tsx';
import { formatGiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { ProjectQuotaStrip } from '../project/project-quota.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useVolumeColumns } from './volume-columns.tsx';
import { VolumeDelete } from './volume-delete.tsx';

/** The volumes of a project. What was kept when its instance was deleted is named, for it still counts. */
export function VolumeList({ project }: { project: string }) {
  const t = useTranslations('volume');
  const locale = useLocale();
  const trpc = useTRPC();
  const cannot = useCannotInProject();
  const [deleting, setDeleting] = useState<Volume | null>(null);
  const { data: own } = useQuery(trpc.project.get.queryOptions({ project }));
  const query = useInfiniteQuery(
    trpc.volume.list.infiniteQueryOptions({ project, limit: 100 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  const columns = useVolumeColumns({
    project,
    mayWrite: own?.permissions.includes('volume:write') ?? false,
    onDelete: setDeleting,
  });
  const kept = rows?.filter(({ instance }) => instance === null) ?? [];
  const keptGiB = kept.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
  const create = (
    <CreateLink
      href={paths.instanceNew(project)}
      text={t('createInstance')}
      reason={cannot(project, 'instance:write')}
    />
  );
  return (
    <>
      <PageHeader title={t('title')} />
      <ProjectQuotaStrip project={project} />
      {kept.length > 0 ? (
        <p className="mb-3 text-text-2">{t('keptCount', { count: kept.length, size: formatGiB(keptGiB, locale) })}</p>
      ) : null}
      {query.error ? (
        <ProblemNotice error={query.error} what={t('failed')} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            more={more}
            empty={<EmptyState icon={HardDrive} title={t('empty')} detail={t('emptyDetail')} action={create} />}
          />
        </Card>
      )}
      {deleting ? <VolumeDelete project={project} volume={deleting} onClose={() => setDeleting(null)} /> : null}
    </>
  );
}

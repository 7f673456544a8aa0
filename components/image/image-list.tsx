'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Disc3, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { CreateLink } from '../lib/create-link.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { FactFilters } from '../table/fact-filters.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { SearchBox } from '../table/search-box.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useImageColumns } from './image-columns.tsx';
import { imageListInput, imageListParams } from './image-list-query.ts';
import { ImagePanel } from './image-panel.tsx';
import { imageTones } from './image-state.tsx';

const filterStates = ['ready', 'uploading', 'importing', 'failed'] as const;

/** Images that a project can make VMs from: its own and the public ones. */
export function ImageList({ project }: { project: string }) {
  const t = useTranslations('image');
  const trpc = useTRPC();
  const cannot = useCannotInProject();
  const [asked, ask] = useQueryStates(imageListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.image.list.infiniteQueryOptions(imageListInput(project, asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows(query);
  const columns = useImageColumns(project);
  const add = <CreateLink href={paths.imageNew(project)} text={t('create')} reason={cannot(project, 'image:write')} />;
  const filtered = Boolean(asked.q || asked.state);
  const empty = filtered ? (
    <EmptyState
      icon={SearchX}
      title={t('list.noMatch')}
      action={<Button onClick={() => void ask({ q: null, state: null })}>{t('list.clear')}</Button>}
    />
  ) : (
    <EmptyState icon={Disc3} title={t('list.empty')} detail={t('list.emptyDetail')} action={add} />
  );
  return (
    <>
      <PageHeader title={t('list.title')} actions={rows?.length || filtered ? add : null} />
      {rows?.length || filtered ? (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-x-3 gap-y-2">
          <FactFilters
            label={t('list.states')}
            facts={filterStates.map((state) => ({ value: state, tone: imageTones[state], text: t(`state.${state}`) }))}
            value={filterStates.find((state) => state === asked.state) ?? null}
            onChange={(state) => void ask({ state })}
          />
          <SearchBox label={t('list.search')} value={asked.q} onChange={(q) => void ask({ q: q || null })} />
        </div>
      ) : null}
      {query.error ? (
        <ProblemNotice error={query.error} what={t('notRead')} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('list.title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            href={(row) => paths.image(project, row.id)}
            panel={(row) => <ImagePanel project={project} image={row} />}
            more={more}
            empty={empty}
          />
        </Card>
      )}
    </>
  );
}

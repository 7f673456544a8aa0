'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { FolderKanban, Plus, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import type { Project } from '#server/contract/project.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { SearchBox } from '../table/search-box.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ProjectCreateDialog } from './project-create-dialog.tsx';
import { projectListInput, projectListParams } from './project-list-query.ts';
import { ProjectPanel } from './project-panel.tsx';
import { useProjectColumns } from './use-project-columns.tsx';

/** Every project with what it uses of its quota; the side panel changes the limits. */
export function ProjectList() {
  const t = useTranslations('project');
  const trpc = useTRPC();
  const mayCreate = useMayInSystem('project:create');
  const [creating, setCreating] = useState(false);
  const [asked, ask] = useQueryStates(projectListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.project.list.infiniteQueryOptions(projectListInput(asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows<Project>(query);
  const columns = useProjectColumns();
  const create = mayCreate ? (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus size={16} aria-hidden />
      {t('create.open')}
    </Button>
  ) : null;
  const empty = asked.q ? (
    <EmptyState icon={SearchX} title={t('noMatch')} />
  ) : (
    <EmptyState icon={FolderKanban} title={t('empty')} detail={t('emptyDetail')} action={create} />
  );
  return (
    <>
      <PageHeader title={t('title')} actions={create} />
      <div className="mb-3 flex justify-end">
        <SearchBox label={t('search')} value={asked.q} onChange={(q) => void ask({ q: q || null })} />
      </div>
      {query.error ? (
        <ProblemNotice error={query.error} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            href={(row) => paths.instances(row.slug)}
            panel={(row) => <ProjectPanel key={row.id} project={row} mayChange={mayCreate} />}
            more={more}
            empty={empty}
          />
        </Card>
      )}
      <ProjectCreateDialog open={creating} onOpenChange={setCreating} />
    </>
  );
}

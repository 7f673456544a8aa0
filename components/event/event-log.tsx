'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { History, SearchX, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useEventText } from '../lib/event-text.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useEventColumns } from './event-columns.tsx';
import { eventListInput, eventListParams } from './event-list-query.ts';
import { EventPanel } from './event-panel.tsx';
import { useFreshEvents } from './use-fresh-events.ts';

/** What happened, newest first: in one project, or (`project` null) everywhere that the person sees. */
export function EventLog({ project }: { project: string | null }) {
  const t = useTranslations('event');
  const trpc = useTRPC();
  const textOf = useEventText();
  const projectName = useProjectName();
  const [asked, ask] = useQueryStates(eventListParams, { history: 'push' });
  const query = useInfiniteQuery(
    trpc.event.list.infiniteQueryOptions(eventListInput(project, asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  // Whoever has read on to older pages is not pulled away from them.
  useFreshEvents(() => (query.data?.pages.length ?? 0) <= 1);
  const { rows, more } = useListRows(query);
  const columns = useEventColumns(project === null ? projectName : null);
  const everything = () => ask({ target: null });
  const empty = asked.target ? (
    <EmptyState
      icon={SearchX}
      title={t('emptyObject')}
      action={<Button onClick={() => void everything()}>{t('all')}</Button>}
    />
  ) : (
    <EmptyState icon={History} title={t('empty')} detail={t('emptyDetail')} />
  );
  return (
    <>
      <PageHeader title={t('title')} detail={project === null ? t('detailAll') : t('detail')} />
      {asked.target ? (
        <p className="mb-3 flex items-center gap-3">
          <span className="text-text-2">{t('narrowed', { name: rows?.[0]?.target.name ?? asked.target })}</span>
          <Button size="small" onClick={() => void everything()}>
            <X size={14} aria-hidden />
            {t('all')}
          </Button>
        </p>
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
            rowName={(row) => textOf(row)}
            panel={(row) => <EventPanel event={row} onNarrow={(target) => void ask({ target })} />}
            more={more}
            empty={empty}
          />
        </Card>
      )}
    </>
  );
}

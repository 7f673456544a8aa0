'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Activity, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProjectName } from '../lib/use-project-name.ts';
import { QueueOrderChoice } from '../queue/queue-order.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { FactFilters } from '../table/fact-filters.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useOperationColumns } from './operation-columns.tsx';
import { operationListInput, operationListParams } from './operation-list-query.ts';
import { OperationPanel } from './operation-panel.tsx';

/** Operations, newest first: of one project, or (`project` null) all that the person may see. */
export function OperationList({ project }: { project: string | null }) {
  const t = useTranslations('operations');
  const trpc = useTRPC();
  const { title } = useOperationText();
  const projectName = useProjectName();
  const [asked, ask] = useQueryStates(operationListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.operation.list.infiniteQueryOptions(operationListInput(project, asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows(query);
  const columns = useOperationColumns(project === null ? projectName : null);
  const filtered = asked.show !== null || asked.mine;
  const empty = filtered ? (
    <EmptyState
      icon={SearchX}
      title={t('noMatch')}
      action={<Button onClick={() => void ask({ show: null, mine: null })}>{t('clear')}</Button>}
    />
  ) : (
    <EmptyState icon={Activity} title={t('empty')} detail={t('emptyDetail')} />
  );
  return (
    <>
      <PageHeader title={t('title')} detail={project === null ? t('detailAll') : t('detail')} />
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <FactFilters
          label={t('show')}
          facts={[
            { value: 'running', tone: 'busy', text: t('running') },
            { value: 'ended', tone: 'ok', text: t('ended') },
          ]}
          value={asked.show}
          onChange={(show) => void ask({ show })}
        />
        <Checkbox checked={asked.mine} onChange={(mine) => void ask({ mine: mine || null })} label={t('mine')} />
        {project === null ? <QueueOrderChoice /> : null}
      </div>
      {query.error ? (
        <ProblemNotice error={query.error} what={t('failed')} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={title}
            href={(row) => paths.operation(row.id)}
            panel={(row) => <OperationPanel id={row.id} />}
            more={more}
            empty={empty}
          />
        </Card>
      )}
    </>
  );
}

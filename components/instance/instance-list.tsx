'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Boxes, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import type { InstanceState } from '#server/contract/instance-state.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { CreateLink } from '../lib/create-link.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { ProjectQuotaStrip } from '../project/project-quota.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { FactFilters } from '../table/fact-filters.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { SearchBox } from '../table/search-box.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { InstanceBulk } from './instance-bulk.tsx';
import { useInstanceColumns } from './instance-columns.tsx';
import { instanceListInput, instanceListParams, instanceSorts } from './instance-list-query.ts';
import { InstancePanel } from './instance-panel.tsx';
import { instanceTones } from './instance-state.tsx';
import { KindFilter } from './kind-filter.tsx';

/** What matters most stands first. */
const factOrder: readonly InstanceState[] = [
  'running',
  'crashed',
  'failed',
  'missing',
  'unreachable',
  'creating',
  'deleting',
  'paused',
  'stopped',
];

/** All instances of a project: facts as filters, the table, work in progress in place. */
export function InstanceList({ project }: { project: string }) {
  const t = useTranslations('instance');
  const trpc = useTRPC();
  const cannot = useCannotInProject();
  const [asked, ask] = useQueryStates(instanceListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.instance.list.infiniteQueryOptions(instanceListInput(project, asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows(query);
  const columns = useInstanceColumns(project);
  const counts = query.data?.pages[0]?.counts ?? {};
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const facts = factOrder
    .filter((state) => (counts[state] ?? 0) > 0 || asked.state === state)
    .map((state) => ({
      value: state,
      tone: instanceTones[state],
      text: t('stateCount', { count: counts[state] ?? 0, state: t(`state.${state}`) }),
    }));
  const create = (
    <CreateLink href={paths.instanceNew(project)} text={t('create.open')} reason={cannot(project, 'instance:write')} />
  );
  const filtered = Boolean(asked.q || asked.state || asked.kind);
  const noFilter = () => ask({ q: null, state: null, kind: null });
  const empty = filtered ? (
    <EmptyState
      icon={SearchX}
      title={t('list.noMatch')}
      action={<Button onClick={() => void noFilter()}>{t('list.clear')}</Button>}
    />
  ) : (
    <EmptyState icon={Boxes} title={t('list.empty')} detail={t('list.emptyDetail')} action={create} />
  );
  return (
    <>
      <PageHeader title={t('list.title')} actions={create} />
      <ProjectQuotaStrip project={project} />
      {total > 0 || filtered ? (
        <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
          <FactFilters
            label={t('list.states')}
            facts={facts}
            value={asked.state}
            onChange={(state) => void ask({ state })}
          />
          <div className="flex gap-2 max-sm:w-full sm:ml-auto">
            <KindFilter value={asked.kind} onChange={(kind) => void ask({ kind })} />
            <SearchBox label={t('list.search')} value={asked.q} onChange={(q) => void ask({ q: q || null })} />
          </div>
        </div>
      ) : null}
      {query.error ? (
        <ProblemNotice error={query.error} what={t('list.failed')} />
      ) : (
        <Card padded={false}>
          <DataTable
            label={t('list.title')}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            href={(row) => paths.instance(project, row.id)}
            panel={(row) => <InstancePanel project={project} instance={row} />}
            bulk={(selected, clear) => <InstanceBulk project={project} instances={selected} clear={clear} />}
            sort={{
              value: asked.sort,
              onChange: (sort) => void ask({ sort: instanceSorts.find((known) => known === sort) ?? null }),
            }}
            more={more}
            empty={empty}
          />
        </Card>
      )}
    </>
  );
}

'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Plus, SearchX, Server } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { SearchBox } from '../table/search-box.tsx';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useHostColumns } from './host-columns.tsx';
import { HostFacts } from './host-facts.tsx';
import { hostListInput, hostListParams } from './host-list-query.ts';

/** All hosts: what they are, what they have left, what is wrong with them. */
export function HostList() {
  const t = useTranslations('host');
  const trpc = useTRPC();
  const [asked, ask] = useQueryStates(hostListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.host.list.infiniteQueryOptions(hostListInput(asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows(query);
  const columns = useHostColumns();
  const add = (
    <Link href={paths.hostNew()} className={buttonStyle('primary')}>
      <Plus size={16} aria-hidden />
      {t('add')}
    </Link>
  );
  const empty = asked.q ? (
    <EmptyState
      icon={SearchX}
      title={t('list.noMatch')}
      action={<Button onClick={() => void ask({ q: null })}>{t('list.clear')}</Button>}
    />
  ) : (
    <EmptyState icon={Server} title={t('list.empty')} detail={t('list.emptyDetail')} action={add} />
  );
  return (
    <>
      <PageHeader title={t('list.title')} actions={add} />
      {(rows && rows.length > 0) || asked.q ? (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
          <HostFacts hosts={rows ?? []} />
          <SearchBox label={t('list.search')} value={asked.q} onChange={(q) => void ask({ q: q || null })} />
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
            href={(row) => paths.host(row.id)}
            more={more}
            empty={empty}
          />
        </Card>
      )}
    </>
  );
}

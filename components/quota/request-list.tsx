'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { type QuotaRequest, quotaRequestStates } from '#server/contract/quota-request.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { FactFilters } from '../table/fact-filters.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { requestListInput, requestListParams } from './request-list-query.ts';
import { RequestReview } from './request-review.tsx';
import { requestTones } from './request-state.tsx';
import { useRequestColumns } from './use-request-columns.tsx';

const DefaultsDialog = dynamic(() => import('./defaults-dialog.tsx').then((module) => module.DefaultsDialog));

/** Requests of all projects, those that wait first; the panel decides them. */
export function RequestList() {
  const t = useTranslations('quotaRequest');
  const trpc = useTRPC();
  const [editing, setEditing] = useState(false);
  const [asked, ask] = useQueryStates(requestListParams, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.quotaRequest.listAll.infiniteQueryOptions(requestListInput(asked), {
      getNextPageParam: nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const { rows, more } = useListRows<QuotaRequest>(query);
  const columns = useRequestColumns({ project: true });
  const facts = quotaRequestStates.map((value) => ({ value, tone: requestTones[value], text: t(`state.${value}`) }));
  return (
    <>
      <PageHeader title={t('title')} actions={<Button onClick={() => setEditing(true)}>{t('defaults.open')}</Button>} />
      <div className="mb-3">
        <FactFilters
          label={t('column.state')}
          facts={facts}
          value={asked.state}
          onChange={(state) => void ask({ state })}
        />
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
            rowName={(row) => row.project.name}
            panel={(row) => <RequestReview key={row.id} request={row} />}
            more={more}
            empty={
              <EmptyState
                icon={Inbox}
                title={asked.state ? t('noMatch') : t('empty')}
                detail={asked.state ? undefined : t('emptyDetail')}
              />
            }
          />
        </Card>
      )}
      {editing ? <DefaultsDialog onClose={() => setEditing(false)} /> : null}
    </>
  );
}

'use client';

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { PoolQuota } from '#server/contract/quota.ts';
import type { QuotaRequest } from '#server/contract/quota-request.ts';
import { quotaResources } from '#server/contract/quota-resources.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { QuotaBars } from '../project/project-quota.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { DataTable } from '../table/data-table.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { PoolQuotaCard } from './pool-quota-card.tsx';
import { RequestMore } from './request-more.tsx';
import { RequestPanel } from './request-panel.tsx';
import { useRequestColumns } from './use-request-columns.tsx';

const none = { used: 0, limit: null };
const unlimited = ({ id, name }: { id: string; name: string }): PoolQuota => ({
  pool: { id, name },
  quota: { instances: none, containers: none, vcpus: none, memoryMiB: none, diskGiB: none },
});

/** What a project may use and uses, in all and per host pool, and its requests for more. */
export function QuotaPage({ project }: { project: string }) {
  const t = useTranslations('quotaPage');
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.project.get.queryOptions({ project }));
  const counted = useQuery(trpc.quota.pools.queryOptions({ project })).data?.items ?? [];
  // Who sets limits sees the pools, too, in which there are none yet.
  const mayChange = useMayInSystem('quota:manage');
  const usable = useQuery(trpc.hostPool.usable.queryOptions({ project }, { enabled: mayChange })).data?.items ?? [];
  const pools = [...counted, ...usable.filter(({ id }) => !counted.some(({ pool }) => pool.id === id)).map(unlimited)];
  const query = useInfiniteQuery(
    trpc.quotaRequest.list.infiniteQueryOptions(
      { project, limit: 100 },
      { getNextPageParam: nextCursor, placeholderData: keepPreviousData },
    ),
  );
  const { rows, more } = useListRows<QuotaRequest>(query);
  const columns = useRequestColumns({ project: false });
  const manages = data?.permissions.includes('project:manage') ?? false;
  if (error) return <ProblemNotice error={error} />;
  return (
    <>
      <PageHeader title={t('title')} actions={<RequestMore project={project} />} />
      <div className="flex flex-col gap-6">
        <Card title={t('inAll')}>
          <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
            {data ? (
              <QuotaBars quota={quotaResources.map((resource) => ({ resource, ...data.quota[resource] }))} />
            ) : null}
          </div>
        </Card>
        {pools.map((pool) => (
          <PoolQuotaCard key={pool.pool.id} project={project} pool={pool} permissions={data?.permissions ?? []} />
        ))}
        <Card title={t('requests')} padded={false}>
          {query.error ? (
            <ProblemNotice error={query.error} />
          ) : (
            <DataTable
              label={t('requests')}
              columns={columns}
              rows={rows}
              rowId={(row) => row.id}
              rowName={() => t('request')}
              panel={(row) => <RequestPanel key={row.id} request={row} manages={manages} />}
              more={more}
              empty={<EmptyState icon={Inbox} title={t('empty')} detail={t('emptyDetail')} />}
            />
          )}
        </Card>
      </div>
    </>
  );
}

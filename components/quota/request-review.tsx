'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { limitsOf, type PoolRoom, type QuotaRequest } from '#server/contract/quota-request.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { QuotaBars } from '../project/project-quota.tsx';
import { DecisionForm } from './decision-form.tsx';
import { RequestFacts } from './request-facts.tsx';

const roomResources = ['vcpus', 'memoryMiB', 'diskGiB'] as const;

/** What approvers weigh: the request, what the project uses, what is free, and what would be left if all of it were used. */
export function RequestReview({ request }: { request: QuotaRequest }) {
  const t = useTranslations('quotaRequest.review');
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.quotaRequest.review.queryOptions({ quotaRequest: request.id }));
  if (error) return <ProblemNotice error={error} />;
  const inPool = data?.poolQuotas.find(({ pool }) => pool.id === request.pool?.id)?.quota;
  const quota: Partial<Record<QuotaResource, { used: number; limit: number | null }>> | undefined = request.pool
    ? inPool
    : data?.quota;
  const asked = limitsOf(request.limits);
  const rise = (resource: QuotaResource): number => {
    const wish = request.limits[resource];
    const limit = quota?.[resource]?.limit ?? null;
    return wish === undefined || limit === null ? 0 : Math.max(0, wish - limit);
  };
  const roomOf = (room: PoolRoom) =>
    roomResources.map((resource) => {
      const { allocatable, claimed } = room[resource];
      const pending = request.state === 'pending' ? rise(resource) : 0;
      return { resource, used: claimed, limit: allocatable, ...(pending > 0 && { after: claimed + pending }) };
    });
  return (
    <div className="flex flex-col gap-5">
      <RequestFacts request={request} />
      {data && quota ? (
        <section className="flex flex-col gap-3 border-line border-t pt-4">
          <h3 className="font-semibold">{t('now')}</h3>
          <QuotaBars
            quota={asked.map(([resource]) => ({
              resource,
              used: quota[resource]?.used ?? 0,
              limit: quota[resource]?.limit ?? 0,
            }))}
          />
        </section>
      ) : null}
      {data?.room.map((room) => (
        <section key={room.pool.id} className="flex flex-col gap-3 border-line border-t pt-4">
          <h3 className="font-semibold">{t('room', { pool: room.pool.name, hosts: room.hosts })}</h3>
          <QuotaBars quota={roomOf(room)} over={t('overRoom')} />
        </section>
      ))}
      {data && quota && request.state === 'pending' ? (
        <DecisionForm
          request={request}
          present={Object.fromEntries(asked.map(([resource]) => [resource, quota[resource]?.limit ?? 0]))}
        />
      ) : null}
    </div>
  );
}

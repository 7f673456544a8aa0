'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { ActivityItem } from '../shell/activity-item.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

/** Every operation on an instance, newest first. */
export function InstanceOperations({ instance }: { instance: string }) {
  const t = useTranslations('instance.operations');
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.operation.list.infiniteQueryOptions({ target: instance, limit: 50 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  if (query.error) return <ProblemNotice error={query.error} />;
  if (!rows) return <SkeletonRows rows={3} />;
  if (rows.length === 0) return <EmptyState icon={Activity} title={t('empty')} />;
  return (
    <>
      <ul className="flex max-w-3xl flex-col gap-2">
        {rows.map((operation) => (
          <ActivityItem key={operation.id} operation={operation} />
        ))}
      </ul>
      {more.has ? (
        <Button className="mt-3" busy={more.loading} onClick={more.load}>
          {t('more')}
        </Button>
      ) : null}
    </>
  );
}

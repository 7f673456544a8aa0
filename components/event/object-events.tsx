'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { EventLines } from '../shell/event-lines.tsx';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { useFreshEvents } from './use-fresh-events.ts';

/** What happened to one object, newest first. `limit` shows that many and no more. */
export function ObjectEvents({ target, limit }: { target: string; limit?: number }) {
  const t = useTranslations('event');
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.event.list.infiniteQueryOptions({ target, limit: limit ?? 50 }, { getNextPageParam: nextCursor }),
  );
  useFreshEvents(({ entityId }) => entityId === target);
  const { rows, more } = useListRows(query);
  if (query.error) return <ProblemNotice error={query.error} what={t('failed')} />;
  if (!rows) return <SkeletonRows rows={3} />;
  if (rows.length === 0) return <EmptyState icon={History} title={t('emptyObject')} />;
  return (
    <>
      <EventLines events={rows} />
      {more.has && limit === undefined ? (
        <Button className="mt-3" busy={more.loading} onClick={more.load}>
          {t('more')}
        </Button>
      ) : null}
    </>
  );
}

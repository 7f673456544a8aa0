'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../lib/trpc-client.ts';
import { ActivityItem } from '../shell/activity-item.tsx';
import { Card } from '../ui/card.tsx';
import { overviewQueries } from './overview-queries.ts';

/** The operations that run now. Draws nothing when none does. */
export function RunningNow() {
  const t = useTranslations('overview');
  const trpc = useTRPC();
  const { data } = useQuery(overviewQueries.running(trpc));
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t('running')}>
      <ul className="flex flex-col gap-2">
        {data.items.slice(0, 5).map((operation) => (
          <ActivityItem key={operation.id} operation={operation} />
        ))}
      </ul>
    </Card>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../lib/trpc-client.ts';
import { EventLines } from '../shell/event-lines.tsx';
import { Card } from '../ui/card.tsx';
import { overviewQueries } from './overview-queries.ts';

/** What happened last, everywhere that the person sees. Draws nothing when nothing has. */
export function LatestEvents() {
  const t = useTranslations('overview');
  const trpc = useTRPC();
  const { data } = useQuery(overviewQueries.events(trpc));
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t('latest')}>
      <EventLines events={data.items} />
    </Card>
  );
}

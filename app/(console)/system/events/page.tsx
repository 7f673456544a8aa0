import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { eventListInput, eventListParams } from '#components/event/event-list-query.ts';
import { EventLog } from '#components/event/event-log.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(eventListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('event'))('title') });

export default async function SystemEventsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.systemEvents());
  const input = eventListInput(null, await load(searchParams));
  await queryClient.prefetchInfiniteQuery(
    trpc.event.list.infiniteQueryOptions(input, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <EventLog project={null} />
    </HydrationBoundary>
  );
}

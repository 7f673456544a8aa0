import { HydrationBoundary } from '@tanstack/react-query';
import { HostPage } from '#components/host/host-page.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ host: string }>;
}

export default async function HostEventsPage({ params }: Props) {
  const { host } = await params;
  const { trpc, queryClient, state } = await openPage(paths.host(host, 'events'));
  const events = trpc.event.list.infiniteQueryOptions({ target: host, limit: 50 }, { getNextPageParam: nextCursor });
  await Promise.all([
    queryClient.prefetchQuery(trpc.host.get.queryOptions({ host })),
    queryClient.prefetchInfiniteQuery(events),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <HostPage id={host} tab="events" />
    </HydrationBoundary>
  );
}

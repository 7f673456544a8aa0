import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { ObjectEvents } from '#components/event/object-events.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string; instance: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('instance.tab'))('events') });

export default async function InstanceEventsPage({ params }: Props) {
  const { project, instance } = await params;
  const { trpc, queryClient, state } = await openPage(paths.instance(project, instance, 'events'));
  await queryClient.prefetchInfiniteQuery(
    trpc.event.list.infiniteQueryOptions({ target: instance, limit: 50 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <ObjectEvents target={instance} />
    </HydrationBoundary>
  );
}

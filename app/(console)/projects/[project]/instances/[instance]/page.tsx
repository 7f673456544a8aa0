import { HydrationBoundary } from '@tanstack/react-query';
import { InstanceOverview } from '#components/instance/instance-overview.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string; instance: string }>;
}

export async function generateMetadata({ params }: Props) {
  const { project, instance } = await params;
  const { trpc, queryClient } = await openPage(paths.instance(project, instance));
  const found = await queryClient
    .ensureQueryData(trpc.instance.get.queryOptions({ project, instance }))
    .catch(() => null);
  return { title: found?.name };
}

export default async function InstancePage({ params }: Props) {
  const { project, instance } = await params;
  const { trpc, queryClient, state } = await openPage(paths.instance(project, instance));
  await Promise.all([
    queryClient.prefetchQuery(trpc.instance.get.queryOptions({ project, instance })),
    queryClient.prefetchInfiniteQuery(
      trpc.event.list.infiniteQueryOptions({ target: instance, limit: 5 }, { getNextPageParam: nextCursor }),
    ),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <InstanceOverview project={project} instance={instance} />
    </HydrationBoundary>
  );
}

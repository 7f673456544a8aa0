import { HydrationBoundary } from '@tanstack/react-query';
import { HostPage } from '#components/host/host-page.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ host: string }>;
}

export default async function HostImagesPage({ params }: Props) {
  const { host } = await params;
  const { trpc, queryClient, state } = await openPage(paths.host(host, 'images'));
  const list = trpc.host.images.infiniteQueryOptions({ host, limit: 100 }, { getNextPageParam: nextCursor });
  await Promise.all([
    queryClient.prefetchQuery(trpc.host.get.queryOptions({ host })),
    queryClient.prefetchInfiniteQuery(list),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <HostPage id={host} tab="images" />
    </HydrationBoundary>
  );
}

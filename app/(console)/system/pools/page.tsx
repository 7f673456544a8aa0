import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { PoolList } from '#components/host-pool/pool-list.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('pool'))('title') });

export default async function PoolsPage() {
  const { trpc, queryClient, state } = await openPage(paths.pools());
  await queryClient.prefetchInfiniteQuery(
    trpc.hostPool.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <PoolList />
    </HydrationBoundary>
  );
}

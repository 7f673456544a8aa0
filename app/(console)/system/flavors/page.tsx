import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { FlavorList } from '#components/flavor/flavor-list.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('flavor'))('title') });

export default async function FlavorsPage() {
  const { trpc, queryClient, state } = await openPage(paths.flavors());
  await queryClient.prefetchInfiniteQuery(
    trpc.flavor.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <FlavorList />
    </HydrationBoundary>
  );
}

import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { HostList } from '#components/host/host-list.tsx';
import { hostListInput, hostListParams } from '#components/host/host-list-query.ts';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(hostListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('host.list'))('title') });

export default async function HostsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.hosts());
  const input = hostListInput(await load(searchParams));
  await queryClient.prefetchInfiniteQuery(trpc.host.list.infiniteQueryOptions(input, { getNextPageParam: nextCursor }));
  return (
    <HydrationBoundary state={state()}>
      <HostList />
    </HydrationBoundary>
  );
}

import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { paths } from '#components/lib/paths.ts';
import { RequestList } from '#components/quota/request-list.tsx';
import { requestListInput, requestListParams } from '#components/quota/request-list-query.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(requestListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('quotaRequest'))('title') });

export default async function QuotaRequestsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.quotaRequests());
  const asked = await load(searchParams);
  await queryClient.prefetchInfiniteQuery(
    trpc.quotaRequest.listAll.infiniteQueryOptions(requestListInput(asked), { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <RequestList />
    </HydrationBoundary>
  );
}

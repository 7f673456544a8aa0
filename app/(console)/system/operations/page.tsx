import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { paths } from '#components/lib/paths.ts';
import { OperationList } from '#components/operation/operation-list.tsx';
import { operationListInput, operationListParams } from '#components/operation/operation-list-query.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(operationListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('operations'))('title') });

export default async function SystemOperationsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.systemOperations());
  const input = operationListInput(null, await load(searchParams));
  await queryClient.prefetchInfiniteQuery(
    trpc.operation.list.infiniteQueryOptions(input, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <OperationList project={null} />
    </HydrationBoundary>
  );
}

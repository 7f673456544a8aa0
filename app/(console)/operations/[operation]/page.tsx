import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { OperationPage } from '#components/operation/operation-page.tsx';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

interface Props {
  params: Promise<{ operation: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('operations'))('one') });

export default async function OneOperationPage({ params }: Props) {
  const { operation } = await params;
  const { trpc, queryClient, state } = await openPage(paths.operation(operation));
  const log = trpc.operation.log.infiniteQueryOptions({ operation, limit: 200 }, { getNextPageParam: nextCursor });
  await Promise.all([
    queryClient.prefetchQuery(trpc.operation.get.queryOptions({ operation })),
    queryClient.prefetchInfiniteQuery(log),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <OperationPage id={operation} />
    </HydrationBoundary>
  );
}

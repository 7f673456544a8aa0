import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { TokenList } from '#components/token/token-list.tsx';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('token'))('title') });

export default async function TokensPage() {
  const { trpc, queryClient, state } = await openPage(paths.tokens());
  await queryClient.prefetchInfiniteQuery(
    trpc.token.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <TokenList />
    </HydrationBoundary>
  );
}

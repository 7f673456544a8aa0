import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { UserList } from '#components/user/user-list.tsx';
import { userListInput, userListParams } from '#components/user/user-list-query.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(userListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('user'))('title') });

export default async function UsersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.users());
  const asked = await load(searchParams);
  await queryClient.prefetchInfiniteQuery(
    trpc.user.list.infiniteQueryOptions(userListInput(asked), { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <UserList />
    </HydrationBoundary>
  );
}

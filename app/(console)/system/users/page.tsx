import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { UserList } from '#components/user/user-list.tsx';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('user'))('title') });

export default async function UsersPage() {
  const { trpc, queryClient, state } = await openPage(paths.users());
  await queryClient.prefetchInfiniteQuery(
    trpc.user.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <UserList />
    </HydrationBoundary>
  );
}

import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { RoleList } from '#components/role/role-list.tsx';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('role'))('title') });

export default async function RolesPage() {
  const { trpc, queryClient, state } = await openPage(paths.roles());
  await queryClient.prefetchInfiniteQuery(
    trpc.role.list.infiniteQueryOptions({ limit: 100 }, { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <RoleList />
    </HydrationBoundary>
  );
}

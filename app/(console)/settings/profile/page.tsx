import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { ProfilePage } from '#components/profile/profile-page.tsx';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('profile'))('title') });

export default async function Profile() {
  const { trpc, queryClient, state } = await openPage(paths.profile());
  await Promise.all([
    queryClient.prefetchQuery(trpc.auth.sessions.queryOptions({})),
    queryClient.prefetchQuery(trpc.secondFactor.get.queryOptions({})),
    queryClient.prefetchQuery(trpc.linkedIdentity.list.queryOptions({})),
    queryClient.prefetchQuery(trpc.signIn.ways.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <ProfilePage />
    </HydrationBoundary>
  );
}

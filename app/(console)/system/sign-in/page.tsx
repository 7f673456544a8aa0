import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { SignInSettings } from '#components/sign-in-settings/sign-in-settings.tsx';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('signInSettings'))('title') });

export default async function SignInSettingsPage() {
  const { trpc, queryClient, state } = await openPage(paths.signInSettings());
  await Promise.all([
    queryClient.prefetchQuery(trpc.identityProvider.list.queryOptions({})),
    queryClient.prefetchQuery(trpc.identityProvider.policy.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <SignInSettings />
    </HydrationBoundary>
  );
}

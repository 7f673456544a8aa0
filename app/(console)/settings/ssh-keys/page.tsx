import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { SshKeyPage } from '#components/ssh-key/ssh-key-page.tsx';
import { openPage } from '../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('sshKey'))('title') });

export default async function SshKeys() {
  const { trpc, queryClient, state } = await openPage(paths.sshKeys());
  await queryClient.prefetchQuery(trpc.sshKey.list.queryOptions({}));
  return (
    <HydrationBoundary state={state()}>
      <SshKeyPage />
    </HydrationBoundary>
  );
}

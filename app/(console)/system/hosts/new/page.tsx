import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { HostCreateForm } from '#components/host/host-create-form.tsx';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('host.create'))('title') });

export default async function HostNewPage() {
  const { trpc, queryClient, state } = await openPage(paths.hostNew());
  await queryClient.prefetchQuery(trpc.hostKey.identity.queryOptions({}));
  return (
    <HydrationBoundary state={state()}>
      <HostCreateForm />
    </HydrationBoundary>
  );
}

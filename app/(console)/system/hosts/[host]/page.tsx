import { HydrationBoundary } from '@tanstack/react-query';
import { HostPage } from '#components/host/host-page.tsx';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ host: string }>;
}

export default async function HostOverviewPage({ params }: Props) {
  const { host } = await params;
  const { trpc, queryClient, state } = await openPage(paths.host(host));
  await queryClient.prefetchQuery(trpc.host.get.queryOptions({ host }));
  return (
    <HydrationBoundary state={state()}>
      <HostPage id={host} tab="overview" />
    </HydrationBoundary>
  );
}

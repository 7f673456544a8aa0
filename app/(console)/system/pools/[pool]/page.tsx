import { HydrationBoundary } from '@tanstack/react-query';
import { PoolPage } from '#components/host-pool/pool-page.tsx';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ pool: string }>;
}

export default async function HostPoolPage({ params }: Props) {
  const { pool } = await params;
  const { trpc, queryClient, state } = await openPage(paths.pool(pool));
  await Promise.all([
    queryClient.prefetchQuery(trpc.hostPool.get.queryOptions({ hostPool: pool })),
    queryClient.prefetchQuery(trpc.placement.advice.queryOptions({ hostPool: pool })),
    queryClient.prefetchQuery(trpc.host.list.queryOptions({ limit: 200 })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <PoolPage id={pool} />
    </HydrationBoundary>
  );
}

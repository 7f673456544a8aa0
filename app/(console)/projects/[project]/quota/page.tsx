import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { QuotaPage } from '#components/quota/quota-page.tsx';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('quotaPage'))('title') });

export default async function ProjectQuotaPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.quota(project));
  await Promise.all([
    queryClient.prefetchInfiniteQuery(
      trpc.quotaRequest.list.infiniteQueryOptions({ project, limit: 100 }, { getNextPageParam: nextCursor }),
    ),
    queryClient.prefetchQuery(trpc.project.get.queryOptions({ project })),
    queryClient.prefetchQuery(trpc.quota.pools.queryOptions({ project })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <QuotaPage project={project} />
    </HydrationBoundary>
  );
}

import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { VolumeList } from '#components/volume/volume-list.tsx';
import { openPage } from '../../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('volume'))('title') });

export default async function VolumesPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.volumes(project));
  await Promise.all([
    queryClient.prefetchInfiniteQuery(
      trpc.volume.list.infiniteQueryOptions({ project, limit: 100 }, { getNextPageParam: nextCursor }),
    ),
    queryClient.prefetchQuery(trpc.project.get.queryOptions({ project })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <VolumeList project={project} />
    </HydrationBoundary>
  );
}

import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { InstanceList } from '#components/instance/instance-list.tsx';
import { instanceListInput, instanceListParams } from '#components/instance/instance-list-query.ts';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
  searchParams: Promise<SearchParams>;
}

const load = createLoader(instanceListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('instance.list'))('title') });

export default async function InstancesPage({ params, searchParams }: Props) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.instances(project));
  const asked = await load(searchParams);
  const list = trpc.instance.list.infiniteQueryOptions(instanceListInput(project, asked), {
    getNextPageParam: nextCursor,
  });
  await Promise.all([
    queryClient.prefetchInfiniteQuery(list),
    queryClient.prefetchQuery(trpc.project.get.queryOptions({ project })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <InstanceList project={project} />
    </HydrationBoundary>
  );
}

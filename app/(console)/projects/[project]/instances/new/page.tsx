import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { InstanceCreate } from '#components/instance/create/instance-create.tsx';
import { createParams, imageChoiceInput, longestPage } from '#components/instance/create-params.ts';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
  searchParams: Promise<SearchParams>;
}

const load = createLoader(createParams);

export const generateMetadata = async () => ({ title: (await getTranslations('instance.create'))('title') });

export default async function InstanceNewPage({ params, searchParams }: Props) {
  const { project } = await params;
  const { kind, image, volume } = await load(searchParams);
  const { trpc, queryClient, state } = await openPage(paths.instanceNew(project, { kind, image, volume }));
  await Promise.all([
    queryClient.prefetchQuery(trpc.flavor.list.queryOptions({ limit: longestPage })),
    queryClient.prefetchQuery(trpc.image.list.queryOptions(imageChoiceInput(project))),
    queryClient.prefetchQuery(trpc.volume.list.queryOptions({ project, limit: longestPage })),
    queryClient.prefetchQuery(trpc.sshKey.list.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <InstanceCreate key={kind} project={project} kind={kind} image={image} volume={volume} />
    </HydrationBoundary>
  );
}

import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { InstanceCreate } from '#components/instance/create/instance-create.tsx';
import { createKindParams } from '#components/instance/create-kind.ts';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
  searchParams: Promise<SearchParams>;
}

const load = createLoader(createKindParams);

export const generateMetadata = async () => ({ title: (await getTranslations('instance.create'))('title') });

export default async function InstanceNewPage({ params, searchParams }: Props) {
  const { project } = await params;
  const { kind } = await load(searchParams);
  const { trpc, queryClient, state } = await openPage(paths.instanceNew(project, kind));
  await Promise.all([
    queryClient.prefetchQuery(trpc.flavor.list.queryOptions({ limit: 200 })),
    queryClient.prefetchQuery(trpc.image.list.queryOptions({ project, limit: 200 })),
    queryClient.prefetchQuery(trpc.sshKey.list.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <InstanceCreate key={kind} project={project} kind={kind} />
    </HydrationBoundary>
  );
}

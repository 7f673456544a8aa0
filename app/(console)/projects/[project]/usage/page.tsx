import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { paths } from '#components/lib/paths.ts';
import { ProjectUsage } from '#components/usage/project-usage.tsx';
import { usageInput, usageParams, usagePeriodOf } from '#components/usage/usage-query.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
  searchParams: Promise<SearchParams>;
}

const load = createLoader(usageParams);

export const generateMetadata = async () => ({ title: (await getTranslations('usage'))('title') });

export default async function UsagePage({ params, searchParams }: Props) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.usage(project));
  const { time } = await load(searchParams);
  const input = { project, ...usageInput(usagePeriodOf(time, new Date())) };
  await Promise.all([
    queryClient.prefetchQuery(trpc.usage.inProject.queryOptions(input)),
    queryClient.prefetchQuery(trpc.price.get.queryOptions({})),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <ProjectUsage project={project} />
    </HydrationBoundary>
  );
}

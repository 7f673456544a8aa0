import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { paths } from '#components/lib/paths.ts';
import { ProjectList } from '#components/project/project-list.tsx';
import { projectListInput, projectListParams } from '#components/project/project-list-query.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../open-page.ts';

const load = createLoader(projectListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('project'))('title') });

export default async function ProjectsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { trpc, queryClient, state } = await openPage(paths.projects());
  const asked = await load(searchParams);
  await queryClient.prefetchInfiniteQuery(
    trpc.project.list.infiniteQueryOptions(projectListInput(asked), { getNextPageParam: nextCursor }),
  );
  return (
    <HydrationBoundary state={state()}>
      <ProjectList />
    </HydrationBoundary>
  );
}

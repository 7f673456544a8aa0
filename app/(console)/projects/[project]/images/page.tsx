import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { createLoader, type SearchParams } from 'nuqs/server';
import { ImageList } from '#components/image/image-list.tsx';
import { imageListInput, imageListParams } from '#components/image/image-list-query.ts';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
  searchParams: Promise<SearchParams>;
}

const load = createLoader(imageListParams);

export const generateMetadata = async () => ({ title: (await getTranslations('image.list'))('title') });

export default async function ImagesPage({ params, searchParams }: Props) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.images(project));
  const input = imageListInput(project, await load(searchParams));
  await Promise.all([
    queryClient.prefetchInfiniteQuery(trpc.image.list.infiniteQueryOptions(input, { getNextPageParam: nextCursor })),
    queryClient.prefetchQuery(trpc.project.get.queryOptions({ project })),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <ImageList project={project} />
    </HydrationBoundary>
  );
}

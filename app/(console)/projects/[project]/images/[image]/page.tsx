import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { ImagePage } from '#components/image/image-page.tsx';
import { paths } from '#components/lib/paths.ts';
import { nextCursor } from '#components/table/next-cursor.ts';
import { openPage } from '../../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string; image: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('image'))('one') });

export default async function OneImagePage({ params }: Props) {
  const { project, image } = await params;
  const { trpc, queryClient, state } = await openPage(paths.image(project, image));
  const events = trpc.event.list.infiniteQueryOptions({ target: image, limit: 50 }, { getNextPageParam: nextCursor });
  await Promise.all([
    queryClient.prefetchQuery(trpc.image.get.queryOptions({ image })),
    queryClient.prefetchQuery(trpc.project.get.queryOptions({ project })),
    queryClient.prefetchInfiniteQuery(events),
  ]);
  return (
    <HydrationBoundary state={state()}>
      <ImagePage project={project} id={image} />
    </HydrationBoundary>
  );
}

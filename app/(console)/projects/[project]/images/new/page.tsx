import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { ImageCreateForm } from '#components/image/image-create-form.tsx';
import { paths } from '#components/lib/paths.ts';
import { openPage } from '../../../../../open-page.ts';

export const generateMetadata = async () => ({ title: (await getTranslations('image.new'))('title') });

export default async function ImageNewPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.imageNew(project));
  await queryClient.prefetchQuery(trpc.image.catalog.queryOptions({}));
  return (
    <HydrationBoundary state={state()}>
      <ImageCreateForm project={project} />
    </HydrationBoundary>
  );
}

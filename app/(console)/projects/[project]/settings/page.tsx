import { HydrationBoundary } from '@tanstack/react-query';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { ProjectSettings } from '#components/project/project-settings.tsx';
import { openPage } from '../../../../open-page.ts';

interface Props {
  params: Promise<{ project: string }>;
}

export const generateMetadata = async () => ({ title: (await getTranslations('project.settings'))('title') });

export default async function ProjectSettingsPage({ params }: Props) {
  const { project } = await params;
  const { trpc, queryClient, state } = await openPage(paths.projectSettings(project));
  await queryClient.prefetchQuery(trpc.project.get.queryOptions({ project }));
  return (
    <HydrationBoundary state={state()}>
      <ProjectSettings project={project} />
    </HydrationBoundary>
  );
}

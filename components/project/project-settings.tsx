'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Card } from '../ui/card.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { ProjectAbout } from './project-about.tsx';
import { ProjectArchive } from './project-archive.tsx';
import { ProjectDelete } from './project-delete.tsx';
import { ProjectTransfer } from './project-transfer.tsx';

/** What a project is called, and what ends it: archive, move things elsewhere, delete. */
export function ProjectSettings({ project: reference }: { project: string }) {
  const t = useTranslations('project.settings');
  const trpc = useTRPC();
  const { data: project, error } = useQuery(trpc.project.get.queryOptions({ project: reference }));
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} />
      {error ? <ProblemNotice error={error} what={t('failed')} /> : null}
      {project ? (
        <div className="flex max-w-3xl flex-col gap-6">
          <ProjectAbout key={project.version} project={project} />
          <ProjectTransfer project={project} />
          <ProjectArchive project={project} />
          <ProjectDelete project={project} />
        </div>
      ) : error ? null : (
        <Card>
          <SkeletonRows rows={6} />
        </Card>
      )}
    </>
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useMayInSystem } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { useProject } from '../shell/use-project.ts';
import { CapacityCard } from './capacity-card.tsx';
import { FirstRun } from './first-run.tsx';
import { LatestEvents } from './latest-events.tsx';
import { NeedsHand } from './needs-hand.tsx';
import { ProjectCard } from './project-card.tsx';
import { RunningNow } from './running-now.tsx';

/** The first page: what needs a hand, what runs, how full it is; the first steps while there is nothing yet. */
export function Overview() {
  const t = useTranslations('overview');
  const project = useProject();
  const seesHosts = useMayInSystem('host:read');
  return (
    <>
      <PageHeader title={t('title')} />
      <FirstRun project={project} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <NeedsHand project={project} />
          {project ? <ProjectCard project={project} /> : null}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {seesHosts ? <CapacityCard /> : null}
          <RunningNow />
          <LatestEvents />
        </div>
      </div>
    </>
  );
}

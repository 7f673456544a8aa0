'use client';

import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { RouteTabs } from '../shell/route-tabs.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { InstanceActions } from './instance-actions.tsx';
import { InstanceFailure } from './instance-failure.tsx';
import { InstanceStateDot } from './instance-state.tsx';
import { InstanceTask } from './instance-task.tsx';

export interface InstanceRef {
  project: string;
  instance: string;
}

/** The bones of an instance's page: name, state with its age, actions, work in progress or failure, tabs. */
export function InstanceFrame({ project, instance, children }: InstanceRef & { children: ReactNode }) {
  const t = useTranslations('instance');
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.instance.get.queryOptions({ project, instance }));
  if (error && problemOf(error).code === 'not_found') {
    const back = (
      <Link href={paths.instances(project)} className={buttonStyle('primary')}>
        {t('backToList')}
      </Link>
    );
    return <EmptyState icon={Boxes} title={t('gone')} detail={t('goneDetail')} action={back} />;
  }
  if (error) return <ProblemNotice error={error} what={t('readFailed')} />;
  if (!data) return <Skeleton className="h-14 w-80" />;
  const tabs = [
    { href: paths.instance(project, instance), text: t('tab.overview') },
    { href: paths.instance(project, instance, 'events'), text: t('tab.events') },
    { href: paths.instance(project, instance, 'operations'), text: t('tab.operations') },
    { href: paths.instance(project, instance, 'settings'), text: t('tab.settings') },
  ];
  const state = (
    <span className="flex items-center gap-2 text-text-2">
      <span className="text-text-1">
        <InstanceStateDot state={data.state} />
      </span>
      <TimeAgo at={data.stateSince} />
    </span>
  );
  return (
    <>
      <PageHeader
        title={data.name}
        crumbs={[{ href: paths.instances(project), text: t('list.title') }]}
        state={state}
        detail={data.host ? t('kindOn', { kind: data.kind, host: data.host.name }) : t(`kind.${data.kind}`)}
        actions={<InstanceActions project={project} instance={data} />}
      />
      <InstanceTask instance={data} />
      <InstanceFailure project={project} instance={data} />
      <RouteTabs label={t('tab.label')} tabs={tabs} />
      {children}
    </>
  );
}

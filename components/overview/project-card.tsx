'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { InstanceStateOrTask } from '../instance/instance-state.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { mainQuotaResources, QuotaBars } from '../project/project-quota.tsx';
import type { MyProject } from '../shell/use-project.ts';
import { Card } from '../ui/card.tsx';
import { overviewQueries } from './overview-queries.ts';

/** The project at hand: its quota and its newest instances. */
export function ProjectCard({ project }: { project: MyProject }) {
  const t = useTranslations('overview.project');
  const trpc = useTRPC();
  const quota = useQuery(overviewQueries.project(trpc, project.slug)).data?.quota;
  const instances = useQuery(overviewQueries.instances(trpc, project.slug)).data;
  const total = Object.values(instances?.counts ?? {}).reduce((sum, count) => sum + count, 0);
  const all = (
    <Link href={paths.instances(project.slug)} className="inline-flex min-h-6 items-center text-lagoon hover:underline">
      {t('all', { count: total })}
    </Link>
  );
  return (
    <Card title={project.name} aside={total > 0 ? all : null}>
      <div className="grid grid-cols-2 gap-x-6 gap-y-3">
        {quota ? <QuotaBars quota={mainQuotaResources.map((resource) => ({ resource, ...quota[resource] }))} /> : null}
      </div>
      {instances && instances.items.length > 0 ? (
        <>
          <h3 className="mt-5 mb-1 text-12 text-text-3">{t('newest')}</h3>
          <ul className="-mx-2">
            {instances.items.map((instance) => (
              <li key={instance.id}>
                <Link
                  href={paths.instance(project.slug, instance.id)}
                  prefetch={false}
                  className="flex items-center justify-between gap-4 rounded-control px-2 py-1.5 hover:bg-hover"
                >
                  <span className="truncate font-medium">{instance.name}</span>
                  <span className="min-w-0 shrink-0">
                    <InstanceStateOrTask instance={instance} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Card>
  );
}

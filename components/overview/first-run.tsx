'use client';

import { useQuery } from '@tanstack/react-query';
import { Circle, CircleCheck } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import type { MyProject } from '../shell/use-project.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { overviewQueries } from './overview-queries.ts';

interface Step {
  key: 'host' | 'image' | 'instance';
  done: boolean;
  href: string;
}

/** The path of first steps: host → image → instance. It goes away by itself once all are done. */
export function FirstRun({ project }: { project: MyProject | null }) {
  const t = useTranslations('overview.first');
  const trpc = useTRPC();
  const addsHosts = useMayInSystem('host:write');
  const slug = project?.slug ?? '';
  const hosts = useQuery({ ...overviewQueries.hosts(trpc), enabled: addsHosts }).data;
  const images = useQuery({ ...overviewQueries.images(trpc, slug), enabled: project !== null }).data;
  const instances = useQuery({ ...overviewQueries.instances(trpc, slug), enabled: project !== null }).data;
  if (!project || !images || !instances || (addsHosts && !hosts)) return null;
  const steps: Step[] = [
    ...(hosts ? [{ key: 'host' as const, done: hosts.items.length > 0, href: paths.hostNew() }] : []),
    { key: 'image', done: images.items.length > 0, href: paths.imageNew(slug) },
    { key: 'instance', done: instances.items.length > 0, href: paths.instanceNew(slug) },
  ];
  const next = steps.find(({ done }) => !done);
  if (!next) return null;
  return (
    <Card className="mb-4" title={t('title')}>
      <ol className="grid gap-x-8 gap-y-4 md:grid-cols-3">
        {steps.map(({ key, done, href }) => {
          const Icon = done ? CircleCheck : Circle;
          return (
            <li key={key} className="flex gap-3">
              <Icon size={20} aria-hidden className={`shrink-0 ${done ? 'text-ok' : 'text-off'}`} />
              <div className="min-w-0">
                <h3 className="font-medium">
                  {t(`${key}.title`)}
                  <span className="sr-only"> {done ? t('done') : t('toDo')}</span>
                </h3>
                <p className="mt-0.5 mb-2 text-text-2">{t(`${key}.detail`)}</p>
                {done ? null : (
                  <Link href={href} className={buttonStyle(key === next.key ? 'primary' : 'secondary', 'small')}>
                    {t(`${key}.verb`)}
                  </Link>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { Host } from '#server/contract/host.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useResourceText } from '../project/project-quota.tsx';
import { Card } from '../ui/card.tsx';
import { Meter } from '../ui/meter.tsx';
import { overviewQueries } from './overview-queries.ts';

const resources = ['vcpus', 'memoryMiB', 'diskGiB'] as const;

/** What of a resource is claimed on the hosts that can take something, and what can be given out at all. */
export function capacityOf(
  hosts: readonly Host[],
  resource: (typeof resources)[number],
): { used: number; limit: number } {
  const online = hosts.filter(({ state }) => state === 'online');
  return {
    used: online.reduce((sum, { capacity }) => sum + capacity[resource].claimed, 0),
    limit: online.reduce((sum, { capacity }) => sum + capacity[resource].allocatable, 0),
  };
}

/** How full the cloud is, per resource, over the hosts that are online. */
export function CapacityCard() {
  const t = useTranslations('overview.capacity');
  const trpc = useTRPC();
  const text = useResourceText();
  const hosts = useQuery(overviewQueries.hosts(trpc)).data?.items ?? [];
  if (hosts.length === 0) return null;
  const online = hosts.filter(({ state }) => state === 'online').length;
  const all = (
    <Link href={paths.hosts()} className="inline-flex min-h-6 items-center text-lagoon hover:underline">
      {t('hosts', { online, total: hosts.length })}
    </Link>
  );
  return (
    <Card title={t('title')} aside={all}>
      <div className="flex flex-col gap-3">
        {resources.map((resource) => (
          <Meter
            key={resource}
            {...capacityOf(hosts, resource)}
            label={text.name(resource)}
            format={text.format[resource]}
          />
        ))}
      </div>
    </Card>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { ObjectEvents } from '../event/object-events.tsx';
import { formatGiB, formatMiB } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Card } from '../ui/card.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { type Fact, FactList } from '../ui/fact-list.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { ContainerFacts } from './container-facts.tsx';
import { InstanceAccess } from './instance-access.tsx';
import type { InstanceRef } from './instance-frame.tsx';

/** The facts of an instance: how to reach it, what it is made of, what happened to it last. */
export function InstanceOverview({ project, instance }: InstanceRef) {
  const t = useTranslations('instance');
  const locale = useLocale();
  const trpc = useTRPC();
  const { data } = useQuery(trpc.instance.get.queryOptions({ project, instance }));
  if (!data) return null;
  const facts: Fact[] = [
    { label: t('column.image'), value: data.image?.name ?? '–' },
    { label: t('fact.flavor'), value: data.flavor?.name ?? t('fact.custom') },
    { label: t('column.vcpus'), value: <span className="tabular">{data.vcpus}</span> },
    { label: t('column.memory'), value: <span className="tabular">{formatMiB(data.memoryMiB, locale)}</span> },
    ...(data.kind === 'vm'
      ? [{ label: t('fact.disk'), value: <span className="tabular">{formatGiB(data.diskGiB, locale)}</span> }]
      : []),
    { label: t('column.host'), value: data.host?.name ?? '–' },
    ...(data.hostPool ? [{ label: t('fact.hostPool'), value: data.hostPool.name }] : []),
    ...(data.placementGroup ? [{ label: t('fact.placementGroup'), value: data.placementGroup.name }] : []),
    ...(data.traits.length > 0
      ? [{ label: t('fact.traits'), value: <span className="font-mono text-12">{data.traits.join(', ')}</span> }]
      : []),
    { label: t('fact.hostname'), value: <span className="font-mono text-12">{data.hostname}</span> },
    {
      label: t('fact.created'),
      value: (
        <>
          <TimeAgo at={data.createdAt} /> {data.createdBy ? t('fact.by', { name: data.createdBy.name }) : null}
        </>
      ),
    },
    { label: t('fact.id'), value: <CopyId value={data.id} label={t('fact.id')} /> },
  ];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <InstanceAccess instance={data} />
        {data.kind === 'container' ? <ContainerFacts instance={data} /> : null}
        {data.volumes.length > 0 ? (
          <Card title={t('card.volumes')}>
            <FactList
              facts={data.volumes.map((volume) => ({
                label: volume.name,
                value: volume.target
                  ? t('volumeAt', { size: formatGiB(volume.sizeGiB, locale), target: volume.target })
                  : formatGiB(volume.sizeGiB, locale),
              }))}
            />
          </Card>
        ) : null}
        <Card title={t('card.latest')}>
          <ObjectEvents target={instance} limit={5} />
        </Card>
      </div>
      <Card title={t('card.facts')}>
        <FactList facts={facts} />
      </Card>
    </div>
  );
}

'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { HostPool } from '#server/contract/host-pool.ts';
import { formatGiB, formatMiB } from '../lib/format.ts';
import { Card } from '../ui/card.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';

/** The rules of a pool: who may use it, how it is filled, what of each machine is given out. */
export function PoolFacts({ pool }: { pool: HostPool }) {
  const t = useTranslations('pool');
  const locale = useLocale();
  const names = (list: readonly { name: string }[]) =>
    new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(list.map(({ name }) => name));
  return (
    <Card title={t('rules')}>
      <FactList
        facts={[
          {
            label: t('column.visibility'),
            value:
              pool.visibility === 'public'
                ? t('fact.everyProject')
                : pool.projects.length === 0
                  ? t('fact.noProject')
                  : names(pool.projects),
          },
          { label: t('fact.policy'), value: t(`policy.${pool.policy}`) },
          { label: t('fact.loadSource'), value: t(`loadSource.${pool.loadSource}`) },
          {
            label: t('fact.overcommit'),
            value: t('fact.ratios', { cpu: pool.cpuRatio, memory: pool.memoryRatio, disk: pool.diskRatio }),
          },
          {
            label: t('fact.reserve'),
            value: t('fact.reserves', {
              vcpus: pool.reserveVcpus,
              memory: formatMiB(pool.reserveMemoryMiB, locale),
              disk: formatGiB(pool.reserveDiskGiB, locale),
            }),
          },
          {
            label: t('fact.flavors'),
            value: pool.flavors.length === 0 ? t('fact.allSizes') : names(pool.flavors),
          },
          { label: t('fact.id'), value: <CopyId value={pool.id} label={t('fact.id')} /> },
        ]}
      />
    </Card>
  );
}

'use client';

import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { Host } from '#server/contract/host.ts';
import { formatBytes } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import { Card } from '../ui/card.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { Meter } from '../ui/meter.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { HostCapacity } from './host-capacity.tsx';
import { HostEngines } from './host-engines.tsx';

/** What a host is, what it has left, and what it offers. */
export function HostOverview({ host }: { host: Host }) {
  const t = useTranslations('host.overview');
  const locale = useLocale();
  const { connection, system } = host;
  const reached = connection.address
    ? `${connection.user ? `${connection.user}@` : ''}${connection.address}:${connection.port}`
    : t('local');
  const facts = [
    { label: t('reached'), value: reached },
    { label: t('engines'), value: <HostEngines engines={host.engines} /> },
    {
      label: t('hostPool'),
      value: (
        <Link href={paths.pool(host.hostPool.id)} className="hover:underline">
          {host.hostPool.name}
        </Link>
      ),
    },
    ...(host.traits.length > 0
      ? [{ label: t('traits'), value: <span className="font-mono text-12">{host.traits.join(', ')}</span> }]
      : []),
    ...(Object.keys(host.labels).length > 0
      ? [
          {
            label: t('labels'),
            value: (
              <span className="font-mono text-12">
                {Object.entries(host.labels)
                  .map(([name, value]) => `${name}=${value}`)
                  .join(', ')}
              </span>
            ),
          },
        ]
      : []),
    ...(host.load
      ? [
          {
            label: t('load'),
            value: t('loads', {
              cpu: Math.round(host.load.cpu * 100),
              memory: Math.round(host.load.memory * 100),
            }),
          },
        ]
      : []),
    { label: t('hostname'), value: system?.hostname ?? '–' },
    { label: t('os'), value: system ? `${system.os} · ${system.kernel}` : '–' },
    { label: t('cpu'), value: system?.cpuModel ?? '–' },
    { label: t('seen'), value: host.lastSeenAt ? <TimeAgo at={host.lastSeenAt} /> : '–' },
    ...(connection.fingerprint
      ? [{ label: t('fingerprint'), value: <CopyId value={connection.fingerprint} label={t('fingerprint')} /> }]
      : []),
    { label: t('id'), value: <CopyId value={host.id} label={t('id')} /> },
  ];
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title={t('facts')}>
        <FactList facts={facts} />
      </Card>
      <Card title={t('capacity')}>
        <div className="flex flex-col gap-4">
          <HostCapacity capacity={host.capacity} />
        </div>
        <p className="mt-4 text-text-2">{t('counts', { instances: host.instances, unmanaged: host.unmanaged })}</p>
      </Card>
      <Card title={t('networks')}>
        {host.networks.length === 0 ? <p className="text-text-3">{t('noNetworks')}</p> : null}
        <ul className="flex flex-col gap-1.5">
          {host.networks.map((network) => (
            <li key={`${network.engine} ${network.name}`} className="flex flex-wrap items-baseline gap-x-4">
              <StateDot tone={network.active ? 'ok' : 'off'}>
                <span className="font-medium">{network.name}</span>
                <span className="sr-only"> {network.active ? t('active') : t('inactive')}</span>
              </StateDot>
              <span className="text-text-2">
                {network.engine} · {network.mode}
              </span>
              <span className="font-mono text-12 text-text-2">{network.subnet}</span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title={t('pools')}>
        {host.pools.length === 0 ? <p className="text-text-3">{t('noPools')}</p> : null}
        <div className="flex flex-col gap-4">
          {host.pools.map((pool) => (
            <Meter
              key={pool.name}
              label={`${pool.name} · ${pool.type}${pool.name === host.storagePool ? ` · ${t('used')}` : ''}`}
              used={pool.capacityBytes - pool.availableBytes}
              limit={pool.capacityBytes}
              format={(value) => formatBytes(value, locale)}
            />
          ))}
        </div>
      </Card>
    </div>
  );
}

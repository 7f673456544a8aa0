'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import type { MyProject } from '../shell/use-project.ts';
import { Card } from '../ui/card.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';
import { overviewQueries } from './overview-queries.ts';
import { findTroubles, type Trouble } from './troubles.ts';

const tones: Record<Trouble['kind'], Tone> = {
  quarantined: 'bad',
  unreachableHost: 'bad',
  failedHost: 'bad',
  stuck: 'bad',
  instances: 'warn',
  poolFull: 'warn',
  doctor: 'warn',
  quotaRequests: 'paused',
};

/** What needs a hand, worst first; each line leads to where it is mended. */
export function NeedsHand({ project }: { project: MyProject | null }) {
  const t = useTranslations('overview.hand');
  const state = useTranslations('instance.state');
  const operationText = useOperationText();
  const trpc = useTRPC();
  const seesHosts = useMayInSystem('host:read');
  const decides = useMayInSystem('quota:manage');
  const slug = project?.slug ?? '';
  const hosts = useQuery({ ...overviewQueries.hosts(trpc), enabled: seesHosts }).data?.items ?? [];
  const requests = useQuery({ ...overviewQueries.requests(trpc), enabled: decides }).data?.items ?? [];
  const running = useQuery(overviewQueries.running(trpc)).data?.items ?? [];
  const counts = useQuery({ ...overviewQueries.instances(trpc, slug), enabled: project !== null }).data?.counts ?? {};
  const lineOf = (trouble: Trouble): { text: string; href: string } => {
    switch (trouble.kind) {
      case 'stuck':
        return {
          text: t('stuck', { title: operationText.title(trouble.operation) }),
          href: paths.operation(trouble.operation.id),
        };
      case 'instances':
        return {
          text: t('instances', { count: trouble.count, state: state(trouble.state) }),
          href: `${paths.instances(slug)}?state=${trouble.state}`,
        };
      case 'quotaRequests':
        return { text: t('quotaRequests', { count: trouble.count }), href: paths.quotaRequests() };
      case 'poolFull': {
        const { host, pool, percent } = trouble;
        return { text: t('poolFull', { host: host.name, pool, percent }), href: paths.host(host.id) };
      }
      case 'doctor':
        return {
          text: t('doctor', { host: trouble.host.name, count: trouble.count }),
          href: paths.host(trouble.host.id, 'doctor'),
        };
      case 'quarantined':
      case 'unreachableHost':
      case 'failedHost':
        return { text: t(trouble.kind, { host: trouble.host.name }), href: paths.host(trouble.host.id) };
    }
  };
  const troubles = findTroubles(hosts, running, counts, requests.length);
  return (
    <Card title={t('title')}>
      {troubles.length === 0 ? (
        <StateDot tone="ok">{t('nothing')}</StateDot>
      ) : (
        <ul className="-mx-2 flex flex-col">
          {troubles.map((trouble) => {
            const { text, href } = lineOf(trouble);
            return (
              <li key={text}>
                <Link href={href} className="block rounded-control px-2 py-1.5 hover:bg-hover">
                  <StateDot tone={tones[trouble.kind]}>{text}</StateDot>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

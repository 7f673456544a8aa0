'use client';

import { useQuery } from '@tanstack/react-query';
import { Stethoscope } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { Host } from '#server/contract/host.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useSaid } from '../lib/use-said.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { RouteTabs } from '../shell/route-tabs.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { HostPauseButtons, HostPauseNotice } from './host-pause.tsx';
import { HostQuarantine } from './host-quarantine.tsx';
import { HostStateOrTask } from './host-state.tsx';
import { useHostActions } from './use-host-actions.ts';
import { useHostBar } from './use-host-bar.ts';

export interface HostFrameProps {
  id: string;
  children: (host: Host) => ReactNode;
}

/** The bones of a host's page: name, state with its age, actions, tabs. */
export function HostFrame({ id, children }: HostFrameProps) {
  const t = useTranslations('host');
  const trpc = useTRPC();
  const { data: host, error } = useQuery(trpc.host.get.queryOptions({ host: id }));
  const said = useSaid();
  const barred = useHostBar();
  const { inspect } = useHostActions(host?.name ?? '');
  if (error) return <ProblemNotice error={error} what={t('notRead')} />;
  if (!host) return <SkeletonRows />;
  const busy = host.task ? t('busy') : null;
  return (
    <>
      <PageHeader
        title={host.name}
        crumbs={[{ href: paths.hosts(), text: t('list.title') }]}
        state={
          <span className="flex items-center gap-2">
            <HostStateOrTask host={host} />
            <span className="text-text-3">
              <TimeAgo at={host.stateSince} />
            </span>
          </span>
        }
        actions={
          <>
            <HostPauseButtons host={host} busy={busy} />
            <Button
              variant="primary"
              onClick={() => inspect.mutate({ host: id })}
              busy={inspect.isPending}
              reason={barred ?? busy ?? (host.state === 'quarantined' ? t('quarantinedFirst') : null)}
            >
              <Stethoscope size={16} aria-hidden />
              {t('inspect')}
            </Button>
          </>
        }
      />
      <HostPauseNotice host={host} />
      {host.state === 'quarantined' ? <HostQuarantine host={host} /> : null}
      {(host.state === 'failed' || host.state === 'unreachable') && host.stateReason ? (
        <div className="mb-4">
          <ErrorNotice quiet what={t(`problem.${host.state}`)} why={said(host.stateReason)} hint={t('problem.hint')} />
        </div>
      ) : null}
      <RouteTabs
        label={t('tabs.label', { name: host.name })}
        tabs={[
          { href: paths.host(id), text: t('tabs.overview') },
          { href: paths.host(id, 'doctor'), text: t('tabs.doctor') },
          { href: paths.host(id, 'unmanaged'), text: t('tabs.unmanaged', { count: host.unmanaged }) },
          { href: paths.host(id, 'images'), text: t('tabs.images') },
          { href: paths.host(id, 'events'), text: t('tabs.events') },
          { href: paths.host(id, 'settings'), text: t('tabs.settings') },
        ]}
      />
      {children(host)}
    </>
  );
}

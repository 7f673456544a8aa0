'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { toast } from '../ui/toast.tsx';
import { deviceOf } from './device-of.ts';

/** Where one is signed in, and how to end all of it but here. */
export function SessionsCard() {
  const t = useTranslations('profile.sessions');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const sessions = useQuery(trpc.auth.sessions.queryOptions({}));
  const end = useMutation(
    trpc.auth.signOutEverywhere.mutationOptions({
      onSuccess: async ({ ended }) => {
        toast('ok', t('ended', { count: ended }));
        await queryClient.invalidateQueries({ queryKey: trpc.auth.sessions.queryKey() });
      },
    }),
  );
  const nameOf = (userAgent: string): string => {
    const { browser, system } = deviceOf(userAgent);
    return browser && system ? t('device', { browser, system }) : (browser ?? system ?? (userAgent || t('unknown')));
  };
  const others = sessions.data?.items.some(({ current }) => !current);
  return (
    <Card title={t('title')}>
      <div className="flex flex-col items-start gap-4">
        <ProblemNotice error={sessions.error ?? end.error} />
        {sessions.isPending ? <Skeleton className="h-10 w-full" /> : null}
        <ul className="w-full divide-y divide-line">
          {sessions.data?.items.map(({ id, current, ip, userAgent, lastSeenAt, method }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 first:pt-0">
              <span className="min-w-0 grow basis-60 truncate" title={userAgent}>
                {nameOf(userAgent)}
              </span>
              <span className="text-12 text-text-2">{t(`method.${method}`)}</span>
              <span className="font-mono text-12">{ip}</span>
              {current ? <Badge tone="busy">{t('here')}</Badge> : <TimeAgo at={lastSeenAt} />}
            </li>
          ))}
        </ul>
        <Button reason={others ? null : t('noOthers')} busy={end.isPending} onClick={() => end.mutate({})}>
          {t('endOthers')}
        </Button>
      </div>
    </Card>
  );
}

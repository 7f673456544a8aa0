'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

/** Providers and directories that one can sign in with. Draws nothing where there are none. */
export function LinkedCard() {
  const t = useTranslations('profile.linked');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const ways = useQuery(trpc.signIn.ways.queryOptions({}));
  const linked = useQuery(trpc.linkedIdentity.list.queryOptions({}));
  const link = useMutation(
    trpc.linkedIdentity.linkOidc.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }),
  );
  const unlink = useMutation(
    trpc.linkedIdentity.unlink.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.linkedIdentity.list.queryKey() }),
    }),
  );
  const items = linked.data?.items ?? [];
  // A directory is linked by signing in with it; a provider also from here.
  const others = (ways.data?.providers ?? []).filter(
    ({ id, kind }) => kind === 'oidc' && !items.some(({ provider }) => provider.id === id),
  );
  if (items.length === 0 && others.length === 0) return null;
  return (
    <Card title={t('title')}>
      <div className="flex flex-col items-start gap-4">
        <ProblemNotice error={linked.error ?? link.error ?? unlink.error} />
        <ul className="w-full divide-y divide-line empty:hidden">
          {items.map(({ id, provider, createdAt }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 first:pt-0">
              <span className="min-w-0 grow basis-40 truncate">{provider.name}</span>
              <TimeAgo at={createdAt} />
              <Button size="small" busy={unlink.isPending} onClick={() => unlink.mutate({ identity: id })}>
                {t('unlink')}
              </Button>
            </li>
          ))}
        </ul>
        <div className="flex flex-wrap gap-2">
          {others.map(({ id, name }) => (
            <Button key={id} busy={link.isPending} onClick={() => link.mutate({ provider: id })}>
              {t('link', { name })}
            </Button>
          ))}
        </div>
      </div>
    </Card>
  );
}

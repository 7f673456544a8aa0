'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { HostCapacity } from '../host/host-capacity.tsx';
import { HostStateOrTask } from '../host/host-state.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { PoolAdvice } from './pool-advice.tsx';
import { PoolDialog } from './pool-dialog.tsx';
import { PoolFacts } from './pool-facts.tsx';

/** The page of a host pool: its rules, how full it is, its hosts, and what would make it more even. */
export function PoolPage({ id }: { id: string }) {
  const t = useTranslations('pool');
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const may = useMayInSystem('pool:write');
  const { data: pool, error } = useQuery(trpc.hostPool.get.queryOptions({ hostPool: id }));
  const hosts = useQuery(trpc.host.list.queryOptions({ limit: 200 })).data?.items ?? [];
  const [open, setOpen] = useState<'change' | 'delete' | null>(null);
  const remove = useMutation(
    trpc.hostPool.delete.mutationOptions({
      onSuccess: async () => {
        router.push(paths.pools());
        await queryClient.invalidateQueries({ queryKey: trpc.hostPool.list.pathKey() });
      },
    }),
  );
  if (error) return <ProblemNotice error={error} what={t('notRead')} />;
  if (!pool) return <SkeletonRows />;
  const kept = pool.isDefault ? t('delete.default') : pool.hosts > 0 ? t('delete.hosts', { count: pool.hosts }) : null;
  return (
    <>
      <PageHeader
        title={pool.name}
        crumbs={[{ href: paths.pools(), text: t('title') }]}
        detail={pool.description}
        state={pool.isDefault ? <Badge>{t('default')}</Badge> : null}
        actions={
          may ? (
            <>
              <Button variant="danger" reason={kept} onClick={() => setOpen('delete')}>
                <Trash2 size={16} aria-hidden />
                {t('delete.verb')}
              </Button>
              <Button variant="primary" onClick={() => setOpen('change')}>
                <Pencil size={16} aria-hidden />
                {t('change')}
              </Button>
            </>
          ) : null
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title={t('capacity')}>
          <div className="flex flex-col gap-4">
            <HostCapacity capacity={pool.capacity} />
          </div>
        </Card>
        <PoolFacts pool={pool} />
        <Card title={t('hosts')}>
          {pool.hosts === 0 ? <p className="text-text-3">{t('noHosts')}</p> : null}
          <ul className="flex flex-col gap-2">
            {hosts
              .filter((host) => host.hostPool.id === id)
              .map((host) => (
                <li key={host.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                  <Link href={paths.host(host.id)} className="min-h-6 font-medium hover:underline">
                    {host.name}
                  </Link>
                  <HostStateOrTask host={host} />
                  {host.cordon ? <Badge tone="warn">{t('cordoned', { reason: host.cordon.reason })}</Badge> : null}
                  {host.traits.map((trait) => (
                    <Badge key={trait}>{trait}</Badge>
                  ))}
                </li>
              ))}
          </ul>
        </Card>
        <PoolAdvice id={id} />
      </div>
      {open === 'change' ? <PoolDialog key={pool.version} pool={pool} onClose={() => setOpen(null)} /> : null}
      <ConfirmDialog
        open={open === 'delete'}
        onOpenChange={(asking) => setOpen(asking ? 'delete' : null)}
        title={t('delete.title', { name: pool.name })}
        description={t('delete.impact')}
        verb={t('delete.verb')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ hostPool: id })}
      >
        <ProblemNotice error={remove.error} what={t('delete.failed')} />
      </ConfirmDialog>
    </>
  );
}

'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { toast } from '../ui/toast.tsx';

// Rules and form are fetched when the dialog opens.
const SshKeyDialog = dynamic(() => import('./ssh-key-dialog.tsx').then((module) => module.SshKeyDialog));

/** The public keys that new VMs are given. */
export function SshKeyPage() {
  const t = useTranslations('sshKey');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const textOf = useProblemText();
  const [adding, setAdding] = useState(false);
  const { data, error } = useQuery(trpc.sshKey.list.queryOptions({}));
  const create = useMutation(trpc.sshKey.create.mutationOptions());
  const again = () => queryClient.invalidateQueries({ queryKey: trpc.sshKey.list.queryKey() });
  const forget = useMutation(
    trpc.sshKey.delete.mutationOptions({
      onSettled: again,
      onError: (failure) => toast('bad', t('forgetFailed'), textOf(problemOf(failure)).title),
    }),
  );
  // Forgetting a public key loses nothing that undo cannot bring back.
  const forgetWithUndo = (key: { id: string; name: string; publicKey: string }) =>
    forget.mutate(
      { sshKey: key.id },
      {
        onSuccess: () =>
          toast('ok', t('forgotten', { name: key.name }), undefined, {
            text: t('undo'),
            press: () => create.mutate({ name: key.name, publicKey: key.publicKey }, { onSettled: () => void again() }),
          }),
      },
    );
  const add = (
    <Button variant="primary" onClick={() => setAdding(true)}>
      <Plus size={16} aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} detail={t('detail')} actions={data?.items.length ? add : null} />
      <ProblemNotice error={error} />
      <Card padded={false} className="max-w-4xl">
        {data ? null : <SkeletonRows rows={3} />}
        {data?.items.length === 0 ? (
          <EmptyState icon={KeyRound} title={t('empty')} detail={t('emptyDetail')} action={add} />
        ) : null}
        <ul className="divide-y divide-line">
          {data?.items.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-6 gap-y-1 px-4 py-2.5">
              <span className="min-w-0 basis-40 truncate font-medium max-sm:grow">{key.name}</span>
              <span className="min-w-0 grow max-sm:order-last max-sm:basis-full">
                <CopyId value={key.publicKey} text={key.fingerprint} label={t('publicKey')} />
              </span>
              <span className="text-12 text-text-3">
                <TimeAgo at={key.createdAt} />
              </span>
              <IconButton icon={Trash2} label={t('forget', { name: key.name })} onClick={() => forgetWithUndo(key)} />
            </li>
          ))}
        </ul>
      </Card>
      {adding ? <SshKeyDialog open onOpenChange={setAdding} /> : null}
    </>
  );
}

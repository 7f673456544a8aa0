'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Passkey } from '#server/contract/second-factor.ts';
import { RecoveryCodes } from '../auth/recovery-codes.tsx';
import { makePasskey } from '../auth/use-passkey.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { NameDialog } from './name-dialog.tsx';

type Open = { type: 'new' } | { type: 'rename' | 'remove'; passkey: Passkey } | { type: 'codes'; codes: string[] };

/** Passkeys: sign in without a password, and prove who one is. */
export function PasskeysCard() {
  const t = useTranslations('profile.passkeys');
  const tCodes = useTranslations('auth.recoveryCodes');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const factors = useQuery(trpc.secondFactor.get.queryOptions({}));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.secondFactor.get.queryKey() });
  const onSuccess = async () => {
    close();
    await refresh();
  };
  const begin = useMutation(trpc.passkey.begin.mutationOptions());
  const keep = useMutation(trpc.passkey.create.mutationOptions());
  const add = useMutation({
    mutationFn: async (name: string) => {
      const { options } = await begin.mutateAsync({});
      const created = await makePasskey(options);
      if (!created) return;
      const { recoveryCodes } = await keep.mutateAsync({ name, created } as Parameters<typeof keep.mutateAsync>[0]);
      setOpen(recoveryCodes ? { type: 'codes', codes: recoveryCodes } : null);
      await refresh();
    },
  });
  const rename = useMutation(trpc.passkey.rename.mutationOptions({ onSuccess }));
  const remove = useMutation(trpc.passkey.delete.mutationOptions({ onSuccess }));
  const { passkeys = [], passkeysPossible = true, totp, required } = factors.data ?? {};
  const last = required && !totp && passkeys.length === 1 ? t('last') : null;
  return (
    <Card title={t('title')}>
      <div className="flex flex-col items-start gap-4">
        <ProblemNotice error={factors.error} />
        <p className="text-text-2">{t('detail')}</p>
        <ul className="w-full divide-y divide-line empty:hidden">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 first:pt-0">
              <Fingerprint size={16} aria-hidden className="shrink-0 text-text-3" />
              <span className="min-w-0 grow basis-40 truncate">{passkey.name}</span>
              <span className="text-12 text-text-2">
                {passkey.lastUsedAt ? <TimeAgo at={passkey.lastUsedAt} /> : t('unused')}
              </span>
              <Button size="small" onClick={() => setOpen({ type: 'rename', passkey })}>
                {t('rename')}
              </Button>
              <Button size="small" reason={last} onClick={() => setOpen({ type: 'remove', passkey })}>
                {t('remove')}
              </Button>
            </li>
          ))}
        </ul>
        <Button reason={passkeysPossible ? null : t('notPossible')} onClick={() => setOpen({ type: 'new' })}>
          {t('add')}
        </Button>
      </div>
      {open?.type === 'new' ? (
        <NameDialog
          title={t('addTitle')}
          description={t('addDetail')}
          label={t('name')}
          initial=""
          verb={t('add')}
          busy={add.isPending}
          error={add.error}
          onName={(name) => add.mutate(name)}
          onClose={close}
        />
      ) : null}
      {open?.type === 'rename' ? (
        <NameDialog
          title={t('renameTitle', { name: open.passkey.name })}
          label={t('name')}
          initial={open.passkey.name}
          verb={t('rename')}
          busy={rename.isPending}
          error={rename.error}
          onName={(name) => rename.mutate({ passkey: open.passkey.id, name })}
          onClose={close}
        />
      ) : null}
      {open?.type === 'remove' ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={t('removeTitle', { name: open.passkey.name })}
          description={t('removeDetail')}
          verb={t('remove')}
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ passkey: open.passkey.id })}
        >
          <ProblemNotice error={remove.error} />
        </ConfirmDialog>
      ) : null}
      {open?.type === 'codes' ? (
        <Dialog
          open
          onOpenChange={close}
          title={tCodes('title')}
          actions={
            <Button variant="primary" onClick={close}>
              {tCodes('kept')}
            </Button>
          }
        >
          <RecoveryCodes codes={open.codes} />
        </Dialog>
      ) : null}
    </Card>
  );
}

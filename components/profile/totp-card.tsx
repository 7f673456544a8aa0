'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { RecoveryCodes } from '../auth/recovery-codes.tsx';
import { TotpSetup } from '../auth/totp-setup.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

/** The authenticator app, and the codes for the day when it is lost. */
export function TotpCard() {
  const t = useTranslations('profile.totp');
  const tCodes = useTranslations('auth.recoveryCodes');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const factors = useQuery(trpc.secondFactor.get.queryOptions({}));
  const [codes, setCodes] = useState<string[] | null>(null);
  const [removing, setRemoving] = useState(false);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.secondFactor.get.queryKey() });
  const showCodes = async ({ recoveryCodes }: { recoveryCodes: string[] }) => {
    setCodes(recoveryCodes);
    await refresh();
  };
  const begin = useMutation(trpc.secondFactor.beginTotp.mutationOptions());
  const confirm = useMutation(trpc.secondFactor.confirmTotp.mutationOptions({ onSuccess: showCodes }));
  const renew = useMutation(trpc.secondFactor.renewRecoveryCodes.mutationOptions({ onSuccess: showCodes }));
  const remove = useMutation(
    trpc.secondFactor.disableTotp.mutationOptions({
      onSuccess: async () => {
        setRemoving(false);
        await refresh();
      },
    }),
  );
  const { totp, passkeys, required, recoveryCodesLeft } = factors.data ?? {};
  const last = required && passkeys?.length === 0 ? t('last') : null;
  const hasFactor = Boolean(totp) || Boolean(passkeys?.length);
  const close = () => {
    setCodes(null);
    begin.reset();
    confirm.reset();
  };
  return (
    <Card title={t('title')} aside={totp ? <Badge tone="ok">{t('on')}</Badge> : null}>
      <div className="flex flex-col items-start gap-4">
        <ProblemNotice error={factors.error ?? begin.error ?? renew.error} />
        {factors.isPending ? <Skeleton className="h-10 w-full" /> : null}
        <p className="text-text-2">{totp ? t('detailOn') : t('detailOff')}</p>
        {hasFactor ? <p>{t('codesLeft', { count: recoveryCodesLeft ?? 0 })}</p> : null}
        <div className="flex flex-wrap gap-2">
          {totp ? (
            <Button reason={last} onClick={() => setRemoving(true)}>
              {t('remove')}
            </Button>
          ) : (
            <Button variant="primary" busy={begin.isPending} onClick={() => begin.mutate({})}>
              {t('setUp')}
            </Button>
          )}
          {hasFactor ? (
            <Button busy={renew.isPending} onClick={() => renew.mutate({})}>
              {t('renew')}
            </Button>
          ) : null}
        </div>
      </div>
      {begin.data && !codes ? (
        <Dialog
          open
          onOpenChange={close}
          title={t('setUpTitle')}
          actions={
            <Button type="submit" form="totp-setup" variant="primary" busy={confirm.isPending}>
              {t('confirm')}
            </Button>
          }
        >
          <TotpSetup
            id="totp-setup"
            seed={begin.data}
            error={confirm.error}
            onCode={(code) => confirm.mutate({ code })}
          />
        </Dialog>
      ) : null}
      {codes ? (
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
          <RecoveryCodes codes={codes} />
        </Dialog>
      ) : null}
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={t('removeTitle')}
        description={t('removeDetail')}
        verb={t('remove')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({})}
      >
        <ProblemNotice error={remove.error} />
      </ConfirmDialog>
    </Card>
  );
}

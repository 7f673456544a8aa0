'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { TotpSetup } from './totp-setup.tsx';

/** Where an admin asks for a second factor: sets up an authenticator app before one comes in. */
export function EnrolForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations('auth.enrol');
  const trpc = useTRPC();
  const begin = useMutation(trpc.signIn.enrolBegin.mutationOptions());
  const confirm = useMutation(trpc.signIn.enrolConfirm.mutationOptions());
  const title = (
    <h1 id="enrol-title" className="text-16 font-semibold">
      {confirm.data ? t('codesTitle') : t('title')}
    </h1>
  );
  if (confirm.data) {
    return (
      <section className="flex flex-col gap-4" aria-labelledby="enrol-title">
        {title}
        <RecoveryCodes codes={confirm.data.recoveryCodes} />
        <Button variant="primary" onClick={onDone}>
          {t('kept')}
        </Button>
      </section>
    );
  }
  return (
    <section className="flex flex-col gap-4" aria-labelledby="enrol-title">
      <div>
        {title}
        <p className="mt-1 text-text-2">{t('detail')}</p>
      </div>
      <ProblemNotice error={begin.error} />
      {begin.data ? (
        <>
          <TotpSetup id="enrol" seed={begin.data} error={confirm.error} onCode={(code) => confirm.mutate({ code })} />
          <Button type="submit" form="enrol" variant="primary" busy={confirm.isPending}>
            {t('verb')}
          </Button>
        </>
      ) : (
        <Button variant="primary" busy={begin.isPending} onClick={() => begin.mutate({})}>
          {t('begin')}
        </Button>
      )}
    </section>
  );
}

'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type FormEvent, useId, useState } from 'react';
import type { StepUpMethod } from '#server/contract/second-factor.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { settleProof } from '../lib/step-up.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { askPasskey } from './use-passkey.ts';

/** Asks for a proof that it is still the same person, in the way that they choose; what waited for it goes on by itself. */
export function StepUpDialog() {
  const t = useTranslations('auth.stepUp');
  const tUi = useTranslations('ui');
  const trpc = useTRPC();
  const form = useId();
  const ways = useQuery(trpc.stepUp.methods.queryOptions({}, { gcTime: 0 }));
  const [chosen, setChosen] = useState<StepUpMethod | null>(null);
  const [text, setText] = useState('');
  const done = { onSuccess: () => settleProof(true) };
  const prove = useMutation(trpc.stepUp.prove.mutationOptions(done));
  const passkeyBegin = useMutation(trpc.stepUp.passkeyBegin.mutationOptions());
  const passkey = useMutation(trpc.stepUp.passkey.mutationOptions(done));
  const leave = useMutation(
    trpc.stepUp.oidcBegin.mutationOptions({ onSuccess: ({ url }) => window.location.assign(url) }),
  );
  const methods = ways.data?.methods ?? [];
  const method = chosen ?? methods[0] ?? null;
  const provider = ways.data?.providers.find(({ kind }) => kind === method);
  const typed = method === 'password' || method === 'totp' || method === 'ldap';
  const busy = prove.isPending || passkey.isPending || passkeyBegin.isPending || leave.isPending;
  const error = ways.error ?? prove.error ?? passkey.error ?? passkeyBegin.error ?? leave.error;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (method === 'password') prove.mutate({ method, password: text });
    if (method === 'totp') prove.mutate({ method, code: text });
    if (method === 'ldap' && provider) prove.mutate({ method, provider: provider.id, password: text });
    if (method === 'oidc' && provider)
      leave.mutate({ provider: provider.id, next: window.location.pathname + window.location.search });
    if (method === 'passkey') {
      const { options } = await passkeyBegin.mutateAsync({});
      const answer = await askPasskey(options);
      if (answer) passkey.mutate({ answer } as Parameters<typeof passkey.mutate>[0]);
    }
  };
  const label = (each: StepUpMethod): string => t(`method.${each}`, { name: provider?.name ?? '' });
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) settleProof(false);
      }}
      title={t('title')}
      description={t('detail')}
      actions={
        <>
          <Button onClick={() => settleProof(false)}>{tUi('cancel')}</Button>
          <Button type="submit" form={form} variant="primary" busy={busy} reason={method ? null : t('none')}>
            {method === 'passkey' ? <Fingerprint size={16} aria-hidden /> : null}
            {method === 'passkey' || method === 'oidc' ? label(method) : t('verb')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event).catch(() => undefined)} className="flex flex-col gap-4">
        <ProblemNotice error={error} />
        {ways.isPending ? <Skeleton className="h-8" /> : null}
        {ways.data && methods.length === 0 ? <p>{t('noneDetail')}</p> : null}
        {typed ? (
          <Field label={label(method)}>
            {(control) => (
              <TextInput
                {...control}
                key={method}
                value={text}
                onChange={(event) => setText(event.target.value)}
                type={method === 'totp' ? 'text' : 'password'}
                inputMode={method === 'totp' ? 'numeric' : undefined}
                autoComplete={method === 'totp' ? 'one-time-code' : 'current-password'}
                autoFocus
              />
            )}
          </Field>
        ) : null}
        {method === 'oidc' ? <p className="text-text-2">{t('leaves', { name: provider?.name ?? '' })}</p> : null}
        {methods.length > 1 ? (
          <div className="flex flex-wrap gap-2">
            {methods
              .filter((each) => each !== method)
              .map((each) => (
                <Button
                  key={each}
                  size="small"
                  onClick={() => {
                    setChosen(each);
                    setText('');
                  }}
                >
                  {t(`other.${each}`)}
                </Button>
              ))}
          </div>
        ) : null}
      </form>
    </Dialog>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import type { SecondFactor } from '#server/contract/sign-in.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { CodeField } from './totp-setup.tsx';
import { usePasskeySignIn } from './use-passkey-sign-in.ts';

interface SecondFactorFormProps {
  methods: readonly SecondFactor[];
  onDone: () => void;
  onAgain: () => void;
}

/** What comes after the password: a code, a passkey, or a recovery code when both are lost. */
export function SecondFactorForm({ methods, onDone, onAgain }: SecondFactorFormProps) {
  const t = useTranslations('auth.second');
  const trpc = useTRPC();
  const [method, setMethod] = useState<SecondFactor>(methods[0] ?? 'totp');
  const [code, setCode] = useState('');
  const give = useMutation(trpc.signIn.secondFactor.mutationOptions({ onSuccess: onDone }));
  const passkey = usePasskeySignIn(onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (method === 'passkey') passkey.start();
    else give.mutate({ method, code });
  };
  const error = give.error ?? passkey.error;
  const ended = error && problemOf(error).code === 'sign_in_expired';
  const choose = (next: SecondFactor) => {
    setMethod(next);
    setCode('');
    give.reset();
  };
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4" aria-labelledby="second-title">
      <div>
        <h1 id="second-title" className="text-16 font-semibold">
          {t('title')}
        </h1>
        <p className="mt-1 text-text-2">{t(`detail.${method}`)}</p>
      </div>
      <ProblemNotice error={error} />
      {method === 'totp' ? <CodeField value={code} onChange={setCode} /> : null}
      {method === 'recovery-code' ? (
        <Field label={t('recoveryCode')}>
          {(control) => (
            <TextInput
              {...control}
              mono
              value={code}
              onChange={(event) => setCode(event.target.value)}
              autoComplete="off"
              autoFocus
            />
          )}
        </Field>
      ) : null}
      {ended ? (
        <Button variant="primary" onClick={onAgain}>
          {t('again')}
        </Button>
      ) : (
        <Button type="submit" variant="primary" busy={give.isPending || give.isSuccess || passkey.isPending}>
          {method === 'passkey' ? <Fingerprint size={16} aria-hidden /> : null}
          {method === 'passkey' ? t('usePasskey') : t('verb')}
        </Button>
      )}
      <div className="flex flex-wrap gap-2">
        {methods
          .filter((each) => each !== method)
          .map((each) => (
            <Button key={each} size="small" onClick={() => choose(each)}>
              {t(`other.${each}`)}
            </Button>
          ))}
      </div>
    </form>
  );
}

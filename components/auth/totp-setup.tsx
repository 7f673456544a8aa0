'use client';

import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { QrCode } from './qr-code.tsx';

interface TotpSetupProps {
  /** Id of the form, for a button elsewhere. */
  id: string;
  seed: { secret: string; uri: string };
  error: unknown;
  onCode: (code: string) => void;
}

/** The seed of an authenticator app as picture and text, and the field for its first code. */
export function TotpSetup({ id, seed, error, onCode }: TotpSetupProps) {
  const t = useTranslations('auth.totp');
  const [code, setCode] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCode(code);
  };
  return (
    <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-text-2">{t('scan')}</p>
      <div className="self-center">
        <QrCode text={seed.uri} label={t('qr')} />
      </div>
      <CodeSnippet code={seed.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} label={t('secret')} />
      <ProblemNotice error={error} />
      <CodeField value={code} onChange={setCode} />
    </form>
  );
}

/** Six digits of an authenticator app. */
export function CodeField({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const t = useTranslations('auth.totp');
  return (
    <Field label={t('code')} hint={t('codeHint')}>
      {(control) => (
        <TextInput
          {...control}
          mono
          value={value}
          onChange={(event) => onChange(event.target.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={9}
          autoFocus
        />
      )}
    </Field>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type SignInStep, signInApi } from '#server/contract/sign-in.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';

interface DirectoryFormProps {
  provider: { id: string; name: string };
  onStep: (step: SignInStep) => void;
  onBack: () => void;
}

/** User name and password of a directory. */
export function DirectoryForm({ provider, onStep, onBack }: DirectoryFormProps) {
  const t = useTranslations('auth');
  const trpc = useTRPC();
  const empty = { username: '', password: '' };
  const form = useContractForm<typeof empty, typeof signInApi.ldap.input>(signInApi.ldap.input, {
    defaultValues: empty,
    toInput: (values) => ({ ...values, provider: provider.id }),
  });
  const signIn = useMutation(
    trpc.signIn.ldap.mutationOptions({
      onSuccess: onStep,
      onError: () => form.setFocus('password', { shouldSelect: true }),
    }),
  );
  const { control } = form;
  return (
    <form
      noValidate
      onSubmit={submitForm(form, (input) => signIn.mutate(input))}
      className="flex flex-col gap-4"
      aria-labelledby="directory-title"
    >
      <h1 id="directory-title" className="text-16 font-semibold">
        {t('with', { name: provider.name })}
      </h1>
      <ProblemNotice error={signIn.error} />
      <TextField control={control} name="username" label={t('username')} autoComplete="username" autoFocus />
      <TextField
        control={control}
        name="password"
        label={t('password')}
        type="password"
        autoComplete="current-password"
      />
      <Button type="submit" variant="primary" busy={signIn.isPending || signIn.isSuccess}>
        {t('signIn')}
      </Button>
      <Button onClick={onBack}>{t('otherWays')}</Button>
    </form>
  );
}

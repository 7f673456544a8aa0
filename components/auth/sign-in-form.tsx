'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { authApi } from '#server/contract/identity.ts';
import type { SignInStep } from '#server/contract/sign-in.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';

interface Fields {
  email: string;
  password: string;
}

/** E-mail and password: the first step of signing in. */
export function SignInForm({ onStep }: { onStep: (step: SignInStep) => void }) {
  const t = useTranslations('auth');
  const trpc = useTRPC();
  const form = useContractForm<Fields, typeof authApi.signIn.input>(authApi.signIn.input, {
    defaultValues: { email: '', password: '' },
  });
  const signIn = useMutation(
    trpc.auth.signIn.mutationOptions({
      onSuccess: ({ step, methods }) => onStep({ step, methods }),
      onError: () => form.setFocus('password', { shouldSelect: true }),
    }),
  );
  return (
    <form
      noValidate
      onSubmit={submitForm(form, (input) => signIn.mutate(input))}
      className="flex flex-col gap-4"
      aria-labelledby="sign-in-title"
    >
      <h1 id="sign-in-title" className="text-16 font-semibold">
        {t('signIn')}
      </h1>
      <ProblemNotice error={signIn.error} />
      <TextField
        control={form.control}
        name="email"
        label={t('email')}
        type="email"
        autoComplete="username"
        autoFocus
      />
      <TextField
        control={form.control}
        name="password"
        label={t('password')}
        type="password"
        autoComplete="current-password"
      />
      <Button type="submit" variant="primary" busy={signIn.isPending || signIn.isSuccess}>
        {t('signIn')}
      </Button>
    </form>
  );
}

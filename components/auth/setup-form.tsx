'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { authApi } from '#server/contract/identity.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { useFragmentToken } from './use-fragment-token.ts';

/** What a one-time link leads to: make the first admin, or set a new password. */
export function SetupForm() {
  const t = useTranslations('auth');
  const trpc = useTRPC();
  const token = useFragmentToken();
  const info = useQuery(
    trpc.auth.setupInfo.queryOptions({ token: token ?? '' }, { enabled: token !== null, retry: false }),
  );
  if (info.error) return <ProblemNotice error={info.error} />;
  if (!info.data || token === null) {
    return (
      <div className="flex flex-col gap-4">
        <Spinner label={t('setup.looking')} />
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
      </div>
    );
  }
  return <SetupFields token={token} purpose={info.data.purpose} email={info.data.email} />;
}

interface Fields {
  email: string;
  name: string;
  password: string;
}

interface SetupFieldsProps {
  token: string;
  purpose: 'first-run' | 'reset';
  email: string | null;
}

function SetupFields({ token, purpose, email }: SetupFieldsProps) {
  const t = useTranslations('auth');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const first = purpose === 'first-run';
  const schema = first
    ? authApi.completeSetup.input.required({ email: true, name: true })
    : authApi.completeSetup.input.omit({ email: true, name: true });
  const form = useContractForm<Fields, typeof schema>(schema, {
    defaultValues: { email: email ?? '', name: '', password: '' },
    toInput: ({ password, ...who }) => ({ token, password, ...(first && who) }),
  });
  const complete = useMutation(
    trpc.auth.completeSetup.mutationOptions({
      onSuccess: ({ step }) => window.location.assign(step === 'done' ? paths.overview() : paths.signIn()),
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  const { control } = form;
  return (
    <form
      noValidate
      onSubmit={submitForm(form, (input) => complete.mutate(input))}
      className="flex flex-col gap-4"
      aria-labelledby="setup-title"
    >
      <div>
        <h1 id="setup-title" className="text-16 font-semibold">
          {first ? t('setup.firstTitle') : t('setup.resetTitle')}
        </h1>
        <p className="mt-1 text-text-2">
          {first ? t('setup.firstDetail') : t('setup.resetDetail', { email: email ?? '' })}
        </p>
      </div>
      <ProblemNotice error={complete.error} />
      {first ? (
        <>
          <TextField control={control} name="email" label={t('email')} type="email" autoComplete="username" autoFocus />
          <TextField control={control} name="name" label={t('name')} autoComplete="name" />
        </>
      ) : null}
      <TextField
        control={control}
        name="password"
        label={first ? t('password') : t('newPassword')}
        hint={t('passwordHint')}
        type="password"
        autoComplete="new-password"
      />
      <Button type="submit" variant="primary" busy={complete.isPending || complete.isSuccess}>
        {first ? t('setup.firstVerb') : t('setup.resetVerb')}
      </Button>
    </form>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { authApi } from '#server/contract/identity.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { toast } from '../ui/toast.tsx';

const empty = { current: '', password: '' };

/** A new password; it ends the other sessions. */
export function PasswordCard() {
  const t = useTranslations('profile.password');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useContractForm<typeof empty, typeof authApi.changePassword.input>(authApi.changePassword.input, {
    defaultValues: empty,
  });
  const change = useMutation(
    trpc.auth.changePassword.mutationOptions({
      onSuccess: async () => {
        form.reset(empty);
        toast('ok', t('changed'));
        await queryClient.invalidateQueries({ queryKey: trpc.auth.sessions.queryKey() });
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  return (
    <Card title={t('title')}>
      <form
        noValidate
        onSubmit={submitForm(form, (input) => change.mutate(input))}
        className="flex max-w-sm flex-col items-start gap-4"
      >
        <ProblemNotice error={change.error} what={t('failed')} />
        <TextField
          control={form.control}
          name="current"
          label={t('current')}
          type="password"
          autoComplete="current-password"
          className="w-full"
        />
        <TextField
          control={form.control}
          name="password"
          label={t('new')}
          hint={t('hint')}
          type="password"
          autoComplete="new-password"
          className="w-full"
        />
        <Button type="submit" busy={change.isPending}>
          {t('verb')}
        </Button>
      </form>
    </Card>
  );
}

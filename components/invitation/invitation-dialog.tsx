'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { invitationApi } from '#server/contract/invitation.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { SelectField } from '../form/select-field.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { roleInput, useRoleOptions } from '../member/use-role-options.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { OneTimeLink } from '../user/one-time-link.tsx';

interface Fields {
  email: string;
  role: string;
  days: string;
}

const lifetimes = ['1', '7', '30'] as const;

/** Invites an address; then shows, once, the link. */
export function InvitationDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const t = useTranslations('invitation');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const options = useRoleOptions(project);
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof invitationApi.create.input>(invitationApi.create.input, {
    defaultValues: { email: '', role: options.some(({ value }) => value === 'member') ? 'member' : '', days: '7' },
    toInput: ({ email, role, days }) => ({
      project,
      email,
      ...(role && roleInput(role)),
      expiresInDays: Number(days),
    }),
    toField: (path) => (path === 'customRoleId' ? 'role' : path),
  });
  const create = useMutation(
    trpc.invitation.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.invitation.pathKey() }),
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
    }),
  );
  if (create.data) {
    const { email } = create.data.invitation;
    return (
      <OneTimeLink
        title={t('link.title', { email })}
        detail={t('link.detail', { email })}
        once={t('link.once', { days: Number(form.getValues('days')) })}
        path={create.data.path}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('create.title')}
      description={t('create.detail')}
      actions={
        <Button type="submit" form={id} variant="primary" busy={create.isPending}>
          {t('create.verb')}
        </Button>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => create.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : create.error} what={t('create.failed')} />
        <TextField control={form.control} name="email" label={t('email')} type="email" autoComplete="off" autoFocus />
        <SelectField
          control={form.control}
          name="role"
          label={t('role')}
          hint={t('roleHint')}
          placeholder={t('chooseRole')}
          options={options}
        />
        <SelectField
          control={form.control}
          name="days"
          label={t('expires')}
          options={lifetimes.map((days) => ({ value: days, label: t('days', { count: Number(days) }) }))}
        />
      </form>
    </Dialog>
  );
}

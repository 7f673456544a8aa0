'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import type { z } from 'zod';
import { userApi } from '#server/contract/identity.ts';
import { type SystemRole, systemRoles } from '#server/contract/permissions.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';
import { OneTimeLink } from './one-time-link.tsx';

interface Fields {
  name: string;
  email: string;
  role: SystemRole;
}

/** Makes a user; then shows, once, the link with which they set their password. */
export function UserDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('user');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const [made, setMade] = useState<z.output<typeof userApi.create.output> | null>(null);
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof userApi.create.input>(userApi.create.input, {
    defaultValues: { name: '', email: '', role: 'user' },
  });
  const create = useMutation(
    trpc.user.create.mutationOptions({
      onSuccess: async (answer) => {
        setMade(answer);
        await queryClient.invalidateQueries({ queryKey: trpc.user.pathKey() });
      },
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
    }),
  );
  if (made) {
    return (
      <OneTimeLink
        title={t('link.title', { name: made.user.name })}
        detail={t('link.detail', { email: made.user.email })}
        once={t('link.once')}
        path={made.setupPath}
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
        <>
          <Button onClick={onClose}>{t('create.cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending}>
            {t('create.verb')}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => create.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : create.error} what={t('create.failed')} />
        <TextField control={form.control} name="name" label={t('column.name')} autoComplete="off" autoFocus />
        <TextField control={form.control} name="email" label={t('column.email')} type="email" autoComplete="off" />
        <div className="flex flex-col gap-1.5">
          <span className="font-medium">{t('column.role')}</span>
          <RadioCards
            label={t('column.role')}
            value={form.watch('role')}
            onChange={(role) => form.setValue('role', role)}
            minWidth={360}
            cards={systemRoles.map((role) => ({
              value: role,
              title: t(`role.${role}`),
              detail: t(`roleDetail.${role}`),
            }))}
          />
        </div>
      </form>
    </Dialog>
  );
}

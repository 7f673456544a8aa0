'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { type ManagedUser, managedUserSchema, userApi } from '#server/contract/identity.ts';
import { type SystemRole, systemRoles } from '#server/contract/permissions.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { sendJson } from '../lib/send-json.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';

interface Fields {
  name: string;
  role: SystemRole;
}

/** Changes the name or the role of a user. */
export function UserEdit({ user, onClose }: { user: ManagedUser; onClose: () => void }) {
  const t = useTranslations('user');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof userApi.update.input>(userApi.update.input, {
    defaultValues: { name: user.name, role: user.role },
    toInput: (values) => ({ user: user.id, ...values }),
  });
  const save = useMutation({
    mutationFn: (body: Partial<Fields>) =>
      sendJson({
        method: 'PATCH',
        path: `/users/${user.id}`,
        body,
        version: user.version,
        answer: managedUserSchema,
      }),
    onSuccess: async () => {
      onClose();
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.user.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() }),
      ]);
    },
    onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('edit.title', { name: user.name })}
      description={user.email}
      actions={
        <Button type="submit" form={id} variant="primary" busy={save.isPending}>
          {t('edit.verb')}
        </Button>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, ({ name, role }) => save.mutate({ name, role }))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : save.error} what={t('edit.failed')} />
        <TextField control={form.control} name="name" label={t('column.name')} autoComplete="off" autoFocus />
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

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { sshKeyApi } from '#server/contract/identity.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

const empty = { name: '', publicKey: '' };

/** Takes a public key to keep. */
export function SshKeyDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('sshKey.dialog');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const form = useContractForm<typeof empty, typeof sshKeyApi.create.input>(sshKeyApi.create.input, {
    defaultValues: empty,
  });
  const create = useMutation(
    trpc.sshKey.create.mutationOptions({
      onSuccess: async () => {
        onOpenChange(false);
        form.reset(empty);
        await queryClient.invalidateQueries({ queryKey: trpc.sshKey.list.queryKey() });
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('title')}
      actions={
        <Button type="submit" form={id} variant="primary" busy={create.isPending}>
          {t('verb')}
        </Button>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => create.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={create.error} what={t('failed')} />
        <TextField control={form.control} name="name" label={t('name')} autoFocus />
        <TextField
          control={form.control}
          name="publicKey"
          label={t('publicKey')}
          hint={t('hint')}
          placeholder="ssh-ed25519 AAAA… ada@laptop"
          rows={4}
          mono
        />
      </form>
    </Dialog>
  );
}

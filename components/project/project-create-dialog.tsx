'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { projectApi } from '#server/contract/project.ts';
import { limitsOf } from '#server/contract/quota-request.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useResourceText } from './project-quota.tsx';
import { QuotaFields, type QuotaValues } from './quota-fields.tsx';

interface Fields extends QuotaValues {
  name: string;
  slug: string;
}

const empty: Fields = { name: '', slug: '', quota: {} };

/** Makes a project with its limits. */
export function ProjectCreateDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('project.create');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const text = useResourceText();
  const mayRead = useMayInSystem('quota:manage');
  const defaults = useQuery(trpc.quota.defaults.queryOptions({}, { enabled: open && mayRead })).data;
  const form = useContractForm<Fields, typeof projectApi.create.input>(projectApi.create.input, {
    defaultValues: empty,
    toInput: ({ slug, quota, ...rest }) => ({
      ...rest,
      // What is left empty is as for every new project.
      quota: Object.fromEntries(limitsOf(quota)),
      ...(slug && { slug }),
    }),
  });
  const create = useMutation(
    trpc.project.create.mutationOptions({
      onSuccess: async () => {
        onOpenChange(false);
        form.reset(empty);
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() }),
        ]);
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('title')}
      description={t('detail')}
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
        <TextField control={form.control} name="slug" label={t('slug')} hint={t('slugHint')} mono optional />
        <QuotaFields
          control={form.control}
          hint={(resource) => defaults && t('usually', { limit: text.format[resource](defaults[resource]) })}
        />
      </form>
    </Dialog>
  );
}

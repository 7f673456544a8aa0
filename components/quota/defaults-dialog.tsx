'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { quotaApi } from '#server/contract/quota.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { QuotaFields, type QuotaValues } from '../project/quota-fields.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { toast } from '../ui/toast.tsx';

/** The limits of new projects. */
export function DefaultsDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('quotaRequest.defaults');
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.quota.defaults.queryOptions({}));
  const id = useId();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('title')}
      description={t('detail')}
      actions={
        <Button type="submit" form={id} variant="primary" reason={data ? null : t('loading')}>
          {t('verb')}
        </Button>
      }
    >
      <ProblemNotice error={error} />
      {data ? <DefaultsForm id={id} quota={data} onClose={onClose} /> : <Skeleton className="h-40" />}
    </Dialog>
  );
}

function DefaultsForm({ id, quota, onClose }: QuotaValues & { id: string; onClose: () => void }) {
  const t = useTranslations('quotaRequest.defaults');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toField = (path: string): string => `quota.${path}`;
  const form = useContractForm<QuotaValues, typeof quotaApi.setDefaults.input>(quotaApi.setDefaults.input, {
    defaultValues: { quota },
    toInput: (values) => values.quota,
    toField,
  });
  const save = useMutation(
    trpc.quota.setDefaults.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('done'));
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.quota.pathKey() });
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm, toField),
    }),
  );
  return (
    <form id={id} noValidate onSubmit={submitForm(form, (input) => save.mutate(input))} className="flex flex-col gap-4">
      <ProblemNotice error={save.error} what={t('failed')} />
      <QuotaFields control={form.control} />
    </form>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { type PoolQuota, quotaApi } from '#server/contract/quota.ts';
import { poolQuotaResources } from '#server/contract/quota-resources.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { QuotaFields, type QuotaValues } from '../project/quota-fields.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';

export interface PoolLimitsDialogProps {
  project: string;
  pool: PoolQuota;
  onClose: () => void;
}

/** The limits of a project in a host pool; an empty field is no limit of its own. */
export function PoolLimitsDialog({ project, pool: { pool, quota }, onClose }: PoolLimitsDialogProps) {
  const t = useTranslations('quotaPage.poolLimits');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const form = useContractForm<QuotaValues, typeof quotaApi.setPool.input>(quotaApi.setPool.input, {
    defaultValues: {
      quota: Object.fromEntries(poolQuotaResources.map((each) => [each, quota[each].limit ?? undefined])),
    },
    toInput: (values) => ({
      project,
      hostPool: pool.id,
      quota: Object.fromEntries(poolQuotaResources.map((each) => [each, values.quota[each] ?? null])),
    }),
  });
  const save = useMutation(
    trpc.quota.setPool.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('done', { pool: pool.name }));
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.quota.pathKey() });
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('title', { pool: pool.name })}
      description={t('detail')}
      actions={
        <Button type="submit" form={id} variant="primary" busy={save.isPending}>
          {t('verb')}
        </Button>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => save.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={save.error} what={t('failed')} />
        <QuotaFields control={form.control} resources={poolQuotaResources} open={poolQuotaResources} />
      </form>
    </Dialog>
  );
}

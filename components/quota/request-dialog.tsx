'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { useWatch } from 'react-hook-form';
import { limitsOf, quotaRequestApi } from '#server/contract/quota-request.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useResourceText } from '../project/project-quota.tsx';
import { QuotaFields, type QuotaValues } from '../project/quota-fields.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';

type Limits = Partial<Record<QuotaResource, number>>;

interface Fields extends QuotaValues {
  reason: string;
}

export interface RequestDialogProps {
  /** Slug or id. */
  project: string;
  pool?: { id: string; name: string } | undefined;
  /** The limits now: of the project, or of it in the pool. */
  present: Limits;
  /** What is wished for, filled in. */
  wishes?: Limits;
  onClose: () => void;
}

/** Asks the admins for higher limits. Fields hold whole limits; only those that were raised are sent. */
export function RequestDialog({ project, pool, present, wishes = {}, onClose }: RequestDialogProps) {
  const t = useTranslations('quotaRequest.ask');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const text = useResourceText();
  const id = useId();
  const resources = limitsOf(present).map(([resource]) => resource);
  const changed = (quota: Limits): Limits =>
    Object.fromEntries(limitsOf(quota).filter(([resource, limit]) => limit !== present[resource]));
  const form = useContractForm<Fields, typeof quotaRequestApi.create.input>(quotaRequestApi.create.input, {
    defaultValues: { quota: { ...present, ...wishes }, reason: '' },
    toInput: ({ quota, reason }) => ({ project, reason, limits: changed(quota), ...(pool && { poolId: pool.id }) }),
    toField: (path) => path.replace(/^limits\./, 'quota.'),
  });
  const quota = useWatch({ control: form.control, name: 'quota' }) as Limits;
  const nothing = limitsOf(changed(quota)).length === 0;
  const ask = useMutation(
    trpc.quotaRequest.create.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('done'));
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.quotaRequest.pathKey() });
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm, (path) => path.replace(/^limits\./, 'quota.')),
    }),
  );
  const hint = (resource: QuotaResource) => t('now', { limit: text.format[resource](present[resource] ?? 0) });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={pool ? t('titlePool', { pool: pool.name }) : t('title')}
      description={t('detail')}
      actions={
        <Button type="submit" form={id} variant="primary" busy={ask.isPending} reason={nothing ? t('nothing') : null}>
          {t('verb')}
        </Button>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => ask.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={ask.error} what={t('failed')} />
        <QuotaFields
          control={form.control}
          resources={resources}
          open={limitsOf(wishes).map(([resource]) => resource)}
          hint={hint}
        />
        <TextField control={form.control} name="reason" label={t('reason')} hint={t('reasonHint')} rows={3} />
      </form>
    </Dialog>
  );
}

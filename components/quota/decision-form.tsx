'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useWatch } from 'react-hook-form';
import { limitsOf, type QuotaRequest, quotaRequestApi } from '#server/contract/quota-request.ts';
import type { QuotaResource } from '#server/contract/quota-resources.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { SelectField } from '../form/select-field.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useResourceText } from '../project/project-quota.tsx';
import { QuotaFields, type QuotaValues } from '../project/quota-fields.tsx';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';

/** Days after which a grant ends. */
const durations = ['never', '1', '7', '30', '90', '365'] as const;
type Duration = (typeof durations)[number];
const dayMs = 86_400_000;

interface Fields extends QuotaValues {
  note: string;
  days: Duration;
}

export interface DecisionFormProps {
  request: QuotaRequest;
  /** The limits now, of what is asked for. */
  present: Partial<Record<QuotaResource, number>>;
}

const toField = (path: string): string => path.replace(/^limits\./, 'quota.').replace(/^expiresAt/, 'days');

/** Grants a request, also with other limits or for a time, or denies it with a note. */
export function DecisionForm({ request, present }: DecisionFormProps) {
  const t = useTranslations('quotaRequest.decide');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const text = useResourceText();
  const form = useContractForm<Fields, typeof quotaRequestApi.grant.input>(quotaRequestApi.grant.input, {
    defaultValues: { quota: request.limits, note: '', days: 'never' },
    toInput: ({ quota, note, days }) => ({
      quotaRequest: request.id,
      // Of what is left empty nothing is granted.
      limits: Object.fromEntries(limitsOf(quota)),
      note,
      ...(days !== 'never' && { expiresAt: new Date(Date.now() + Number(days) * dayMs).toISOString() }),
    }),
    toField,
  });
  const note = useWatch({ control: form.control, name: 'note' });
  const decided = (sentence: string) => async () => {
    toast('ok', sentence);
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: trpc.quotaRequest.pathKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() }),
    ]);
  };
  const onError = (error: unknown) => applyProblem(form, problemOf(error), tForm, toField);
  const grant = useMutation(trpc.quotaRequest.grant.mutationOptions({ onSuccess: decided(t('granted')), onError }));
  const deny = useMutation(trpc.quotaRequest.deny.mutationOptions({ onSuccess: decided(t('denied')), onError }));
  const asked = limitsOf(request.limits).map(([resource]) => resource);
  return (
    <form
      noValidate
      onSubmit={submitForm(form, (input) => grant.mutate(input))}
      className="flex flex-col gap-4 border-line border-t pt-4"
    >
      <h3 className="font-semibold">{t('title')}</h3>
      <ProblemNotice error={grant.error ?? deny.error} what={t('failed')} />
      <QuotaFields
        control={form.control}
        resources={asked}
        open={asked}
        hint={(resource) => t('now', { limit: text.format[resource](present[resource] ?? 0) })}
      />
      <SelectField
        control={form.control}
        name="days"
        label={t('until')}
        hint={t('untilHint')}
        options={durations.map((value) => ({
          value,
          label: value === 'never' ? t('forGood') : t('days', { count: Number(value) }),
        }))}
      />
      <TextField control={form.control} name="note" label={t('note')} hint={t('noteHint')} rows={2} />
      <div className="flex gap-2">
        <Button type="submit" variant="primary" busy={grant.isPending}>
          {t('grant')}
        </Button>
        <Button
          variant="danger"
          busy={deny.isPending}
          reason={note.trim() === '' ? t('noteFirst') : null}
          onClick={() => deny.mutate({ quotaRequest: request.id, note })}
        >
          {t('deny')}
        </Button>
      </div>
    </form>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { type Price, priceApi } from '#server/contract/price.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { SelectField } from '../form/select-field.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';

interface Fields {
  currency: string;
  vcpuHour: string;
  memoryGiBHour: string;
  diskGiBHour: string;
  since: 'now' | 'month' | 'ever';
}

/** Before this, Atoll was not there. */
const ever = '2000-01-01T00:00:00.000Z';

function effectiveFrom(since: Fields['since']): { effectiveFrom?: string } {
  if (since === 'now') return {};
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString();
  return { effectiveFrom: since === 'month' ? month : ever };
}

/** Without the zeros at the end that exactness gives it. */
const bare = (amount: string | undefined): string => amount?.replace(/\.?0+$/, '') || '0';

export interface PriceDialogProps {
  current: Price | null;
  currency: string | null;
  onClose: () => void;
}

/** Sets what an hour costs, from now on or from before. */
export function PriceDialog({ current, currency, onClose }: PriceDialogProps) {
  const t = useTranslations('usage.prices');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const form = useContractForm<Fields, typeof priceApi.set.input>(priceApi.set.input, {
    defaultValues: {
      currency: currency ?? '',
      vcpuHour: bare(current?.vcpuHour),
      memoryGiBHour: bare(current?.memoryGiBHour),
      diskGiBHour: bare(current?.diskGiBHour),
      since: 'now',
    },
    toInput: ({ since, ...prices }) => ({ ...prices, ...effectiveFrom(since) }),
    toField: (path) => (path === 'effectiveFrom' ? 'since' : path),
  });
  const [onField, setOnField] = useState(false);
  const set = useMutation(
    trpc.price.set.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('saved'));
        onClose();
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.price.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.usage.pathKey() }),
        ]);
      },
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('setTitle')}
      description={t('setDetail')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={set.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) => set.mutate(input))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : set.error} what={t('failed')} />
        <TextField
          control={form.control}
          name="currency"
          label={t('currency')}
          hint={t('currencyHint')}
          mono
          autoFocus
        />
        <TextField control={form.control} name="vcpuHour" label={t('vcpu')} hint={t('decimal')} mono />
        <TextField control={form.control} name="memoryGiBHour" label={t('memory')} mono />
        <TextField control={form.control} name="diskGiBHour" label={t('disk')} mono />
        <SelectField
          control={form.control}
          name="since"
          label={t('since')}
          options={[
            { value: 'now', label: t('sinceNow') },
            { value: 'month', label: t('sinceMonth') },
            { value: 'ever', label: t('sinceEver') },
          ]}
        />
      </form>
    </Dialog>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { type PlacementGroup, placementGroupApi } from '#server/contract/placement-group.ts';
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

interface Fields {
  name: string;
  policy: PlacementGroup['policy'];
  strictness: PlacementGroup['strictness'];
}

export interface PlacementGroupDialogProps {
  project: string;
  onClose: () => void;
  onMade?: (group: PlacementGroup) => void;
}

/** Makes a placement group: instances that are kept together or apart. */
export function PlacementGroupDialog({ project, onClose, onMade }: PlacementGroupDialogProps) {
  const t = useTranslations('placement.group');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof placementGroupApi.create.input>(placementGroupApi.create.input, {
    defaultValues: { name: '', policy: 'anti-affinity', strictness: 'soft' },
    toInput: (fields) => ({ project, ...fields }),
  });
  const create = useMutation(
    trpc.placementGroup.create.mutationOptions({
      onSuccess: async (group) => {
        await queryClient.invalidateQueries({ queryKey: trpc.placementGroup.pathKey() });
        onMade?.(group);
        onClose();
      },
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
    }),
  );
  const submit = submitForm(form, (input) => create.mutate(input));
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('createTitle')}
      description={t('createDetail')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      {/* It may stand inside another form: its own submit must not reach that one. */}
      <form
        id={id}
        noValidate
        onSubmit={(event) => {
          event.stopPropagation();
          submit(event);
        }}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : create.error} what={t('notCreated')} />
        <TextField control={form.control} name="name" label={t('name')} hint={t('nameHint')} mono autoFocus />
        <SelectField
          control={form.control}
          name="policy"
          label={t('policy')}
          options={[
            { value: 'anti-affinity', label: t('apart'), detail: t('apartDetail') },
            { value: 'affinity', label: t('together'), detail: t('togetherDetail') },
          ]}
        />
        <SelectField
          control={form.control}
          name="strictness"
          label={t('strictness')}
          options={[
            { value: 'soft', label: t('soft'), detail: t('softDetail') },
            { value: 'hard', label: t('hard'), detail: t('hardDetail') },
          ]}
        />
      </form>
    </Dialog>
  );
}

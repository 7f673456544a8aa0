'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { useController, useWatch } from 'react-hook-form';
import { createHostPoolSchema, type HostPool } from '#server/contract/host-pool.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { NumberField } from '../form/number-field.tsx';
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
import { emptyPool, type PoolFields, poolFieldsOf } from './pool-fields.ts';
import { PoolTicks } from './pool-ticks.tsx';

export interface PoolDialogProps {
  /** The pool that is changed; null: a new one is made. */
  pool: HostPool | null;
  onClose: () => void;
}

/** Makes or changes a host pool: who may use it, how it is filled, how much of each machine is given out. */
export function PoolDialog({ pool, onClose }: PoolDialogProps) {
  const t = useTranslations('pool.form');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const projects = useQuery(trpc.project.list.queryOptions({ limit: 200 })).data?.items ?? [];
  const flavors = useQuery(trpc.flavor.list.queryOptions({ limit: 200 })).data?.items ?? [];
  const [onField, setOnField] = useState(false);
  const form = useContractForm<PoolFields, typeof createHostPoolSchema>(createHostPoolSchema, {
    defaultValues: pool ? poolFieldsOf(pool) : emptyPool,
  });
  const { control } = form;
  const visibility = useWatch({ control, name: 'visibility' });
  const { field: projectIds } = useController({ control, name: 'projectIds' });
  const { field: flavorIds } = useController({ control, name: 'flavorIds' });
  const onSuccess = async ({ name }: HostPool) => {
    toast('ok', t(pool ? 'changed' : 'created', { name }));
    onClose();
    await queryClient.invalidateQueries({ queryKey: trpc.hostPool.pathKey() });
  };
  const onError = (error: unknown) => setOnField(!applyProblem(form, problemOf(error), words).left);
  const create = useMutation(trpc.hostPool.create.mutationOptions({ onSuccess, onError }));
  const change = useMutation(trpc.hostPool.update.mutationOptions({ onSuccess, onError }));
  const submit = submitForm(form, (input) =>
    pool ? change.mutate({ hostPool: pool.id, ...input, labels: pool.labels }) : create.mutate(input),
  );
  const error = create.error ?? change.error;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={pool ? t('changeTitle', { name: pool.name }) : t('createTitle')}
      description={t('detail')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending || change.isPending}>
            {pool ? t('save') : t('create')}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <ProblemNotice error={onField ? null : error} what={t(pool ? 'notChanged' : 'notCreated')} />
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField control={control} name="name" label={t('name')} mono autoFocus />
          <TextField control={control} name="description" label={t('description')} optional />
          <SelectField
            control={control}
            name="policy"
            label={t('policy')}
            options={(['balanced', 'pack', 'spread'] as const).map((value) => ({
              value,
              label: t(`policies.${value}`),
              detail: t(`policyDetail.${value}`),
            }))}
          />
          <SelectField
            control={control}
            name="loadSource"
            label={t('loadSource')}
            options={(['static', 'dynamic', 'hybrid'] as const).map((value) => ({
              value,
              label: t(`loadSources.${value}`),
              detail: t(`loadSourceDetail.${value}`),
            }))}
          />
        </div>
        <div className="grid gap-3 sm:grid-cols-3">
          <NumberField control={control} name="cpuRatio" label={t('cpuRatio')} min={0.1} />
          <NumberField control={control} name="memoryRatio" label={t('memoryRatio')} min={0.1} />
          <NumberField control={control} name="diskRatio" label={t('diskRatio')} min={0.1} />
          <NumberField control={control} name="reserveVcpus" label={t('reserveVcpus')} min={0} />
          <NumberField control={control} name="reserveMemoryMiB" label={t('reserveMemory')} unit="MiB" min={0} />
          <NumberField control={control} name="reserveDiskGiB" label={t('reserveDisk')} unit="GiB" min={0} />
        </div>
        <p className="text-12 text-text-3">{t('reserveHint')}</p>
        <SelectField
          control={control}
          name="visibility"
          label={t('visibility')}
          className="max-w-xs"
          options={[
            { value: 'public', label: t('public') },
            ...(pool?.isDefault ? [] : [{ value: 'private' as const, label: t('private') }]),
          ]}
        />
        {visibility === 'private' ? (
          <PoolTicks legend={t('projects')} none={t('noProjects')} items={projects} {...projectIds} />
        ) : null}
        <PoolTicks legend={t('flavors')} hint={t('flavorsHint')} none={t('noFlavors')} items={flavors} {...flavorIds} />
      </form>
    </Dialog>
  );
}

'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import type { Instance } from '#server/contract/instance.ts';
import type { instanceApi } from '#server/contract/instance-api.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { InstanceDelete } from './instance-delete.tsx';
import type { InstanceRef } from './instance-frame.tsx';
import { useCannot } from './use-instance-action.ts';

const rules = () => import('#server/contract/instance-api.ts').then((contract) => contract.instanceApi.rename.input);

/** Rename and delete. */
export function InstanceSettings({ project, instance }: InstanceRef) {
  const t = useTranslations('instance.settings');
  const trpc = useTRPC();
  const cannot = useCannot();
  const { data } = useQuery(trpc.instance.get.queryOptions({ project, instance }));
  const [deleting, setDeleting] = useState(false);
  useEffect(() => {
    if (window.location.hash === '#delete') setDeleting(true);
  }, []);
  if (!data) return null;
  return (
    <div className="flex max-w-2xl flex-col gap-4">
      <RenameCard project={project} instance={data} />
      <Card title={t('delete.title')}>
        <p className="mb-3 text-text-2">{t('delete.detail')}</p>
        <Button variant="danger" reason={cannot('delete', data)} onClick={() => setDeleting(true)}>
          {t('delete.open')}
        </Button>
        <InstanceDelete project={project} instance={data} open={deleting} onOpenChange={setDeleting} />
      </Card>
    </div>
  );
}

function RenameCard({ project, instance }: { project: string; instance: Instance }) {
  const t = useTranslations('instance.settings.rename');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const cannot = useCannot();
  const form = useContractForm<{ name: string }, typeof instanceApi.rename.input>(rules, {
    defaultValues: { name: instance.name },
    toInput: ({ name }) => ({ project, instance: instance.id, name }),
  });
  const rename = useMutation(
    trpc.instance.rename.mutationOptions({
      onSuccess: ({ instance: renamed }) =>
        queryClient.setQueryData(trpc.instance.get.queryKey({ project, instance: instance.id }), renamed),
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  const unchanged = form.watch('name') === instance.name ? t('unchanged') : null;
  return (
    <Card title={t('title')}>
      <form
        noValidate
        onSubmit={submitForm(form, (input) => rename.mutate(input))}
        className="flex flex-col items-start gap-3"
      >
        <ProblemNotice error={rename.error} what={t('failed')} />
        <TextField
          control={form.control}
          name="name"
          label={t('name')}
          hint={t('hint')}
          mono
          className="w-full max-w-sm"
        />
        <Button type="submit" reason={cannot('rename', instance) ?? unchanged} busy={rename.isPending}>
          {t('verb')}
        </Button>
      </form>
    </Card>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type Project, projectApi } from '#server/contract/project.ts';
import { quotaResources } from '#server/contract/quota-resources.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { toast } from '../ui/toast.tsx';
import { QuotaBars } from './project-quota.tsx';
import { QuotaFields, type QuotaValues } from './quota-fields.tsx';

/** A project beside the list: what it uses, and its limits for who may change them. */
export function ProjectPanel({ project, mayChange }: { project: Project; mayChange: boolean }) {
  const t = useTranslations('project.panel');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useContractForm<QuotaValues, typeof projectApi.setQuota.input>(projectApi.setQuota.input, {
    defaultValues: {
      quota: Object.fromEntries(quotaResources.map((resource) => [resource, project.quota[resource].limit])),
    },
    toInput: ({ quota }) => ({ project: project.id, quota }),
  });
  const change = useMutation(
    trpc.project.setQuota.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('changed', { name: project.name }));
        await queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() });
      },
      onError: (error) => applyProblem(form, problemOf(error), tForm),
    }),
  );
  return (
    <div className="flex flex-col gap-5">
      <CopyId value={project.id} label={t('id')} />
      <div className="flex flex-col gap-3">
        <QuotaBars quota={quotaResources.map((resource) => ({ resource, ...project.quota[resource] }))} />
      </div>
      {mayChange ? (
        <form
          noValidate
          onSubmit={submitForm(form, (input) => change.mutate(input))}
          className="flex flex-col items-start gap-4 border-line border-t pt-4"
        >
          <h3 className="font-semibold">{t('limits')}</h3>
          <ProblemNotice error={change.error} what={t('failed')} />
          <QuotaFields control={form.control} />
          <Button type="submit" busy={change.isPending}>
            {t('verb')}
          </Button>
        </form>
      ) : null}
    </div>
  );
}

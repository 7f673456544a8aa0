'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { type Project, projectApi, projectSchema } from '#server/contract/project.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { sendJson } from '../lib/send-json.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { toast } from '../ui/toast.tsx';

interface Fields {
  name: string;
  description: string;
}

/** Name and description of a project; its slug stays, because addresses and scripts have it. */
export function ProjectAbout({ project }: { project: Project }) {
  const t = useTranslations('project.about');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const cannot = useCannotInProject();
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof projectApi.update.input>(projectApi.update.input, {
    defaultValues: { name: project.name, description: project.description },
    toInput: (values) => ({ project: project.id, ...values }),
  });
  const save = useMutation({
    mutationFn: (body: Partial<Fields>) =>
      sendJson({
        method: 'PATCH',
        path: `/projects/${project.id}`,
        body,
        version: project.version,
        answer: projectSchema,
      }),
    onSuccess: async () => {
      toast('ok', t('done'));
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() }),
      ]);
    },
    onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
  });
  return (
    <Card title={t('title')}>
      <form
        noValidate
        onSubmit={submitForm(form, ({ name, description }) => save.mutate({ name, description }))}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={onField ? null : save.error} what={t('failed')} />
        <TextField control={form.control} name="name" label={t('name')} />
        <TextField control={form.control} name="description" label={t('description')} rows={3} optional />
        <FactList
          facts={[
            { label: t('slug'), value: <span className="font-mono text-12">{project.slug}</span> },
            { label: t('id'), value: <CopyId value={project.id} label={t('id')} /> },
          ]}
        />
        <div>
          <Button type="submit" busy={save.isPending} reason={cannot(project.id, 'project:manage', 'end')}>
            {t('verb')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

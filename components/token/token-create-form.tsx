'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { tokenApi } from '#server/contract/identity.ts';
import type { TokenScope } from '#server/contract/permissions.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { FormSection } from '../form/form-section.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { SelectField } from '../form/select-field.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';
import { ScopeChoices } from './scope-choices.tsx';
import { chosenScopes, type ScopeChoice, usefulScopes } from './token-scopes.ts';
import { TokenSecret } from './token-secret.tsx';

interface Fields {
  name: string;
  choice: ScopeChoice;
  scopes: TokenScope[];
  /** A slug, or `everyProject`. */
  project: string;
  days: string;
  /** Separated by commas, spaces or lines. */
  allowedIps: string;
}

/** No slug: slugs have no asterisk. */
const everyProject = '*';
const lifetimes = ['7', '30', '90', '365'] as const;

/** Makes an API token: what it may do, where, how long. Shows its secret once, in the place of the form. */
export function TokenCreateForm() {
  const t = useTranslations('token.new');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { projects, systemPermissions } = useMe();
  const useful = usefulScopes(systemPermissions);
  const [onField, setOnField] = useState(false);
  const form = useContractForm<Fields, typeof tokenApi.create.input>(tokenApi.create.input, {
    defaultValues: { name: '', choice: 'read', scopes: [], project: everyProject, days: '90', allowedIps: '' },
    toInput: ({ name, choice, scopes, project, days, allowedIps }) => ({
      name,
      scopes: chosenScopes(choice, scopes, useful),
      ...(project !== everyProject && { project }),
      expiresInDays: Number(days),
      allowedIps: allowedIps.split(/[\s,]+/).filter(Boolean),
    }),
    // One field holds them all.
    toField: (path) => path.split('.', 1)[0] ?? path,
  });
  const create = useMutation(
    trpc.token.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.token.pathKey() }),
      onError: (error) => setOnField(!applyProblem(form, problemOf(error), words).left),
    }),
  );
  if (create.data) return <TokenSecret {...create.data} />;
  const [choice, scopes] = form.watch(['choice', 'scopes']);
  const nothing = choice === 'some' && scopes.length === 0 ? t('chooseOne') : null;
  return (
    <>
      <PageHeader title={t('title')} crumbs={[{ href: paths.tokens(), text: t('tokens') }]} detail={t('detail')} />
      <form
        noValidate
        onSubmit={submitForm(form, (input) => create.mutate(input))}
        className="flex max-w-3xl flex-col gap-4"
      >
        <Card>
          <div className="flex flex-col gap-5">
            <FormSection title={t('about')}>
              <TextField control={form.control} name="name" label={t('name')} hint={t('nameHint')} autoFocus />
            </FormSection>
            <FormSection title={t('may')} detail={t('mayDetail')}>
              <RadioCards
                label={t('may')}
                value={choice}
                onChange={(value) => form.setValue('choice', value)}
                minWidth={200}
                cards={[
                  { value: 'read', title: t('read'), detail: t('readDetail') },
                  { value: 'some', title: t('some'), detail: t('someDetail') },
                  { value: 'all', title: t('all'), detail: t('allDetail') },
                ]}
              />
              {choice === 'some' ? (
                <ScopeChoices scopes={useful} value={scopes} onChange={(next) => form.setValue('scopes', next)} />
              ) : null}
            </FormSection>
            <FormSection title={t('limits')}>
              <div className="grid gap-4 sm:grid-cols-2">
                <SelectField
                  control={form.control}
                  name="project"
                  label={t('project')}
                  hint={t('projectHint')}
                  options={[
                    { value: everyProject, label: t('everyProject') },
                    ...projects.map(({ slug, name }) => ({ value: slug, label: name })),
                  ]}
                />
                <SelectField
                  control={form.control}
                  name="days"
                  label={t('expires')}
                  options={lifetimes.map((days) => ({ value: days, label: t('days', { count: Number(days) }) }))}
                />
              </div>
              <TextField
                control={form.control}
                name="allowedIps"
                label={t('allowedIps')}
                hint={t('allowedIpsHint')}
                placeholder="203.0.113.7, 10.0.0.0/8, 2001:db8::/32"
                mono
                optional
              />
            </FormSection>
          </div>
        </Card>
        <ProblemNotice error={onField ? null : create.error} what={t('failed')} />
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={create.isPending} reason={nothing}>
            {t('submit')}
          </Button>
          <Button onClick={() => router.push(paths.tokens())}>{t('cancel')}</Button>
        </div>
      </form>
    </>
  );
}

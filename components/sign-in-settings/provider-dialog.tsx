'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { type IdentityProvider, identityProviderApi, type ProviderKind } from '#server/contract/identity-provider.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { CheckField } from '../form/check-field.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { emptyProvider, type ProviderFields, toProviderInput } from './provider-fields.ts';

interface ProviderDialogProps {
  kind: ProviderKind;
  /** null: a new one. */
  provider: IdentityProvider | null;
  onClose: () => void;
}

/** An OpenID provider or a directory: where it is and how Atoll speaks with it. */
export function ProviderDialog({ kind, provider, onClose }: ProviderDialogProps) {
  const t = useTranslations('signInSettings.form');
  const tUi = useTranslations('ui');
  const tForm = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const form = useContractForm<ProviderFields, typeof identityProviderApi.create.input>(
    identityProviderApi.create.input,
    {
      defaultValues: emptyProvider(provider),
      toInput: (values) => toProviderInput(kind, values),
      toField: (path) => path.replace(/^config\./, ''),
    },
  );
  const done = {
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: trpc.identityProvider.list.queryKey() });
    },
    onError: (error: unknown) => {
      applyProblem(form, problemOf(error), tForm, (path) => path.replace(/^config\./, ''));
    },
  };
  const create = useMutation(trpc.identityProvider.create.mutationOptions(done));
  const update = useMutation(trpc.identityProvider.update.mutationOptions(done));
  const { control } = form;
  const secretHint = provider?.hasSecret ? t('secretKept') : undefined;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      wide
      title={provider ? t('editTitle', { name: provider.name }) : t(`newTitle.${kind}`)}
      actions={
        <>
          <Button onClick={onClose}>{tUi('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending || update.isPending}>
            {provider ? t('save') : t('add')}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submitForm(form, (input) =>
          provider
            ? update.mutate({ ...input, identityProvider: provider.id } as Parameters<typeof update.mutate>[0])
            : create.mutate(input),
        )}
        className="flex flex-col gap-4"
      >
        <ProblemNotice error={create.error ?? update.error} />
        <TextField control={control} name="name" label={t('name')} hint={t('nameHint')} autoFocus />
        {kind === 'oidc' ? (
          <>
            <TextField control={control} name="issuer" label={t('issuer')} hint={t('issuerHint')} type="url" mono />
            <TextField control={control} name="clientId" label={t('clientId')} mono autoComplete="off" />
            <TextField
              control={control}
              name="secret"
              label={t('clientSecret')}
              hint={secretHint}
              type="password"
              autoComplete="off"
              optional
            />
            <TextField control={control} name="scopes" label={t('scopes')} mono />
          </>
        ) : (
          <>
            <TextField control={control} name="url" label={t('url')} hint={t('urlHint')} mono />
            <CheckField control={control} name="startTls" label={t('startTls')} hint={t('startTlsHint')} />
            <TextField control={control} name="ca" label={t('ca')} hint={t('caHint')} rows={3} mono optional />
            <TextField control={control} name="baseDn" label={t('baseDn')} placeholder="dc=example,dc=org" mono />
            <TextField
              control={control}
              name="filter"
              label={t('filter')}
              hint={t('filterHint', { marker: '{username}' })}
              mono
            />
            <TextField control={control} name="bindDn" label={t('bindDn')} hint={t('bindDnHint')} mono optional />
            <TextField
              control={control}
              name="secret"
              label={t('bindPassword')}
              hint={secretHint}
              type="password"
              autoComplete="off"
              optional
            />
            <div className="grid gap-4 sm:grid-cols-2">
              <TextField control={control} name="nameAttribute" label={t('nameAttribute')} mono />
              <TextField control={control} name="emailAttribute" label={t('emailAttribute')} mono />
            </div>
          </>
        )}
        <CheckField control={control} name="linkByEmail" label={t('linkByEmail')} hint={t(`linkByEmailHint.${kind}`)} />
        <CheckField control={control} name="createUsers" label={t('createUsers')} hint={t('createUsersHint')} />
        <CheckField control={control} name="enabled" label={t('enabled')} />
      </form>
    </Dialog>
  );
}

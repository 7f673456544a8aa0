'use client';

import { useTranslations } from 'next-intl';
import { type Control, useController } from 'react-hook-form';
import { TextField } from '../form/text-field.tsx';
import { RadioCards } from '../ui/radio-cards.tsx';
import type { HostCreateValues } from './host-create-values.ts';
import { HostIdentity } from './host-identity.tsx';

export interface HostCredentialProps<O> {
  control: Control<HostCreateValues, unknown, O>;
  credential: HostCreateValues['credential'];
  user: string;
}

/** How Atoll signs in: by its own key, which is best, or by a password or key that is sealed at once. */
export function HostCredential<O>({ control, credential, user }: HostCredentialProps<O>) {
  const t = useTranslations('host.create');
  const { field } = useController({ control, name: 'credential' });
  return (
    <div className="flex flex-col gap-4">
      <TextField control={control} name="user" label={t('user')} hint={t('userHint')} autoComplete="off" mono />
      <RadioCards
        label={t('who')}
        value={credential}
        onChange={field.onChange}
        minWidth={180}
        cards={[
          { value: 'atoll-key', title: t('credential.own'), detail: t('credential.ownDetail') },
          { value: 'password', title: t('credential.password'), detail: t('sealed') },
          { value: 'private-key', title: t('credential.key'), detail: t('sealed') },
        ]}
      />
      {credential === 'atoll-key' ? <HostIdentity user={user || 'root'} /> : null}
      {credential === 'password' ? (
        <TextField
          control={control}
          name="password"
          label={t('password')}
          type="password"
          autoComplete="new-password"
        />
      ) : null}
      {credential === 'private-key' ? (
        <>
          <TextField control={control} name="privateKey" label={t('privateKey')} rows={6} mono />
          <TextField
            control={control}
            name="passphrase"
            label={t('passphrase')}
            type="password"
            autoComplete="new-password"
            optional
          />
        </>
      ) : null}
    </div>
  );
}

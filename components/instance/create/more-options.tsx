'use client';

import { useTranslations } from 'next-intl';
import { useWatch } from 'react-hook-form';
import { CheckField } from '../../form/check-field.tsx';
import { FormSection } from '../../form/form-section.tsx';
import { NumberField } from '../../form/number-field.tsx';
import { SelectField } from '../../form/select-field.tsx';
import { TextField } from '../../form/text-field.tsx';
import { keepsDisk } from './create-fields.ts';
import type { CreateForm } from './use-create-form.ts';

export interface Place {
  id: string;
  name: string;
}

export interface MoreOptionsProps {
  form: CreateForm;
  /** Hosts that may be named; empty for who may not. */
  hosts: readonly Place[];
  /** Networks of the hosts, beside `default` and `none`. */
  networks: readonly string[];
}

/** What has a good default: hostname, network, host, count, user-data, start. */
export function MoreOptions({ form, hosts, networks }: MoreOptionsProps) {
  const t = useTranslations('instance.create.more');
  const { control } = form;
  const [kind, name, bootFrom] = useWatch({ control, name: ['kind', 'name', 'bootFrom'] });
  const isKept = keepsDisk({ kind, bootFrom });
  const others = kind === 'vm' ? networks.filter((network) => network !== 'default' && network !== 'none') : [];
  return (
    <FormSection title={t('title')}>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          control={control}
          name="hostname"
          label={t('hostname')}
          placeholder={name || t('asName')}
          mono
          optional
        />
        <SelectField
          control={control}
          name="network"
          label={t('network')}
          options={[
            { value: 'default', label: kind === 'vm' ? t('networkDefault') : t('networkProject') },
            ...others.map((network) => ({ value: network, label: network })),
            { value: 'none', label: t('networkNone') },
          ]}
        />
        {isKept ? null : (
          <NumberField control={control} name="count" label={t('count')} hint={t('countHint')} min={1} max={50} />
        )}
        {hosts.length > 0 && !isKept ? (
          <SelectField
            control={control}
            name="hostId"
            label={t('host')}
            options={[
              { value: '', label: t('hostAutomatic') },
              ...hosts.map(({ id, name: host }) => ({ value: id, label: host })),
            ]}
          />
        ) : null}
      </div>
      {kind === 'vm' ? (
        <TextField
          control={control}
          name="userData"
          label={t('userData')}
          hint={t('userDataHint')}
          rows={3}
          mono
          optional
        />
      ) : null}
      <CheckField control={control} name="start" label={t('start')} />
    </FormSection>
  );
}

'use client';

import { useTranslations } from 'next-intl';
import { useController, useWatch } from 'react-hook-form';
import { CheckField } from '../../form/check-field.tsx';
import { FormSection } from '../../form/form-section.tsx';
import { TextField } from '../../form/text-field.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import type { CreateForm } from './use-create-form.ts';

export interface SavedKey {
  id: string;
  name: string;
  publicKey: string;
  fingerprint: string;
}

/** Who may sign in to the VM: saved keys, and one that is pasted and kept if wished. */
export function KeyChoice({ form, keys }: { form: CreateForm; keys: readonly SavedKey[] }) {
  const t = useTranslations('instance.create.keys');
  const { field } = useController({ control: form.control, name: 'savedKeys' });
  const pasted = useWatch({ control: form.control, name: 'pastedKey' });
  const toggle = (publicKey: string, on: boolean) =>
    field.onChange(on ? [...field.value, publicKey] : field.value.filter((each) => each !== publicKey));
  return (
    <FormSection title={t('title')} detail={t('detail')}>
      {keys.length > 0 ? (
        <div className="flex flex-col gap-1.5">
          {keys.map(({ id, name, publicKey, fingerprint }) => (
            <Checkbox
              key={id}
              checked={field.value.includes(publicKey)}
              onChange={(on) => toggle(publicKey, on)}
              label={name}
              hint={<span className="font-mono">{fingerprint}</span>}
            />
          ))}
        </div>
      ) : null}
      <TextField
        control={form.control}
        name="pastedKey"
        label={keys.length > 0 ? t('another') : t('paste')}
        placeholder="ssh-ed25519 AAAA… ada@laptop"
        rows={2}
        mono
        optional
      />
      {pasted.trim() ? <CheckField control={form.control} name="savePastedKey" label={t('save')} /> : null}
    </FormSection>
  );
}

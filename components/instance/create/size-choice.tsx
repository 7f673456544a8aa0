'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useController, useWatch } from 'react-hook-form';
import type { Flavor } from '#server/contract/flavor.ts';
import { FormSection } from '../../form/form-section.tsx';
import { NumberField } from '../../form/number-field.tsx';
import { formatGiB, formatMiB } from '../../lib/format.ts';
import { FieldError } from '../../ui/field.tsx';
import { RadioCards } from '../../ui/radio-cards.tsx';
import { customSize, keepsDisk } from './create-fields.ts';
import type { CreateForm } from './use-create-form.ts';

/** A flavor, or one's own numbers. */
export function SizeChoice({ form, flavors }: { form: CreateForm; flavors: readonly Flavor[] }) {
  const t = useTranslations('instance.create');
  const locale = useLocale();
  const { field, fieldState } = useController({ control: form.control, name: 'size' });
  const [kind, bootFrom] = useWatch({ control: form.control, name: ['kind', 'bootFrom'] });
  const hasDisk = kind === 'vm' && !keepsDisk({ kind, bootFrom });
  const cards = flavors.map((flavor) => ({
    value: flavor.id,
    title: flavor.name,
    detail: hasDisk
      ? t('flavor', {
          vcpus: flavor.vcpus,
          memory: formatMiB(flavor.memoryMiB, locale),
          disk: formatGiB(flavor.diskGiB, locale),
        })
      : t('flavorLimits', { vcpus: flavor.vcpus, memory: formatMiB(flavor.memoryMiB, locale) }),
  }));
  return (
    <FormSection title={kind === 'vm' ? t('size') : t('limits')}>
      <RadioCards
        label={kind === 'vm' ? t('size') : t('limits')}
        value={field.value}
        onChange={field.onChange}
        cards={[...cards, { value: customSize, title: t('custom'), detail: t('customDetail') }]}
        minWidth={190}
      />
      {fieldState.error ? <FieldError>{fieldState.error.message}</FieldError> : null}
      {field.value === customSize ? (
        <div className="grid gap-3 sm:grid-cols-3">
          <NumberField control={form.control} name="vcpus" label={t('vcpus')} min={1} />
          <NumberField control={form.control} name="memoryMiB" label={t('memory')} unit="MiB" min={16} />
          {hasDisk ? <NumberField control={form.control} name="diskGiB" label={t('disk')} unit="GiB" min={1} /> : null}
        </div>
      ) : null}
    </FormSection>
  );
}

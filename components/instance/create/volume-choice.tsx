'use client';

import { HardDrive } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useController } from 'react-hook-form';
import type { Volume } from '#server/contract/volume.ts';
import { formatGiB } from '../../lib/format.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FieldError } from '../../ui/field.tsx';
import { RadioCards } from '../../ui/radio-cards.tsx';
import type { CreateForm } from './use-create-form.ts';

/** A boot disk that was kept when its VM was deleted. The new VM runs where the disk lies. */
export function VolumeChoice({ form, volumes }: { form: CreateForm; volumes: readonly Volume[] }) {
  const t = useTranslations('instance.create.boot');
  const locale = useLocale();
  const { field, fieldState } = useController({ control: form.control, name: 'bootVolumeId' });
  if (volumes.length === 0) {
    return (
      <div className="rounded-card border border-line border-dashed">
        <EmptyState icon={HardDrive} title={t('none')} detail={t('noneDetail')} />
      </div>
    );
  }
  return (
    <>
      <RadioCards
        label={t('volume')}
        value={field.value}
        onChange={field.onChange}
        minWidth={200}
        cards={volumes.map(({ id, name, sizeGiB, host }) => ({
          value: id,
          title: name,
          detail: t('volumeDetail', { size: formatGiB(sizeGiB, locale), host: host.name }),
        }))}
      />
      {fieldState.error ? <FieldError>{fieldState.error.message}</FieldError> : null}
    </>
  );
}

'use client';

import { Library } from 'lucide-react';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { useController } from 'react-hook-form';
import type { Image } from '#server/contract/image.ts';
import { FormSection } from '../../form/form-section.tsx';
import { formatGiB } from '../../lib/format.ts';
import { paths } from '../../lib/paths.ts';
import { buttonStyle } from '../../ui/button-style.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FieldError } from '../../ui/field.tsx';
import { RadioCards } from '../../ui/radio-cards.tsx';
import type { CreateForm } from './use-create-form.ts';

export interface ImageChoiceProps {
  form: CreateForm;
  project: string;
  images: readonly Image[];
}

/** What a VM boots from: an image that is ready. */
export function ImageChoice({ form, project, images }: ImageChoiceProps) {
  const t = useTranslations('instance.create');
  const locale = useLocale();
  const { field, fieldState } = useController({ control: form.control, name: 'imageId' });
  const ready = images.filter(({ state }) => state === 'ready');
  if (ready.length === 0) {
    const add = (
      <Link href={paths.imageNew(project)} className={buttonStyle('secondary')}>
        {t('image.add')}
      </Link>
    );
    return (
      <FormSection title={t('image.title')}>
        <div className="rounded-card border border-line border-dashed">
          <EmptyState icon={Library} title={t('image.none')} detail={t('image.noneDetail')} action={add} />
        </div>
      </FormSection>
    );
  }
  return (
    <FormSection title={t('image.title')}>
      <RadioCards
        label={t('image.title')}
        value={field.value}
        onChange={field.onChange}
        minWidth={200}
        cards={ready.map((image) => ({
          value: image.id,
          title: image.name,
          detail: image.minDiskGiB ? t('image.minDisk', { size: formatGiB(image.minDiskGiB, locale) }) : image.format,
        }))}
      />
      {fieldState.error ? <FieldError>{fieldState.error.message}</FieldError> : null}
    </FormSection>
  );
}

'use client';

import { HardDrive, Library } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useController } from 'react-hook-form';
import type { Volume } from '#server/contract/volume.ts';
import { FormSection } from '../../form/form-section.tsx';
import { RadioCards } from '../../ui/radio-cards.tsx';
import { ImageChoice } from './image-choice.tsx';
import type { CreateForm } from './use-create-form.ts';
import { VolumeChoice } from './volume-choice.tsx';

export interface BootChoiceProps {
  form: CreateForm;
  project: string;
  /** Kept disks that a VM can boot from. */
  volumes: readonly Volume[];
}

/** What a VM boots from: a new disk made of an image, or a kept one as it is. The choice is offered where there is one. */
export function BootChoice({ form, project, volumes }: BootChoiceProps) {
  const t = useTranslations('instance.create');
  const { field } = useController({ control: form.control, name: 'bootFrom' });
  return (
    <FormSection title={t('boot.title')}>
      {volumes.length > 0 || field.value === 'volume' ? (
        <RadioCards
          label={t('boot.title')}
          value={field.value}
          onChange={field.onChange}
          minWidth={220}
          cards={[
            { value: 'image', title: t('boot.fromImage'), detail: t('boot.fromImageDetail'), icon: Library },
            { value: 'volume', title: t('boot.fromVolume'), detail: t('boot.fromVolumeDetail'), icon: HardDrive },
          ]}
        />
      ) : null}
      {field.value === 'image' ? (
        <ImageChoice form={form} project={project} />
      ) : (
        <VolumeChoice form={form} volumes={volumes} />
      )}
    </FormSection>
  );
}

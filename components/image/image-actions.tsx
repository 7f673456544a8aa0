'use client';

import { Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Image } from '#server/contract/image.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { ImageDelete } from './image-delete.tsx';
import { ImageResume } from './image-resume.tsx';

/** What can be done with an image in its row: stop or go on with its upload, delete. */
export function ImageActions({ image, cannotDelete }: { image: Image; cannotDelete: string | null }) {
  const t = useTranslations('image.delete');
  const [asking, setAsking] = useState(false);
  return (
    <span className="flex justify-end gap-1">
      <ImageResume image={image} />
      <RowIconButton
        icon={Trash2}
        label={t('open', { name: image.name })}
        reason={cannotDelete}
        onClick={() => setAsking(true)}
      />
      <ImageDelete image={image} open={asking} onOpenChange={setAsking} />
    </span>
  );
}

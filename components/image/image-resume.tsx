'use client';

import { CircleStop, Upload } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRef } from 'react';
import type { Image } from '#server/contract/image.ts';
import { RowIconButton } from '../table/row-icon-button.tsx';
import { toast } from '../ui/toast.tsx';
import { stopUpload, useRunningUpload } from './running-uploads.ts';
import { useImageUpload } from './use-image-upload.ts';

/** Stops the upload of this tab, or goes on with one that was broken off: the same file is chosen again. */
export function ImageResume({ image }: { image: Image }) {
  const t = useTranslations('image.upload');
  const upload = useImageUpload();
  const running = useRunningUpload(image.id);
  const input = useRef<HTMLInputElement>(null);
  if (image.state !== 'uploading') return null;
  if (running) return <RowIconButton icon={CircleStop} label={t('stop')} onClick={() => stopUpload(image.id)} />;
  const resume = (file: File) => {
    if (file.size === image.upload?.totalBytes) void upload(image, file);
    else toast('bad', t('failed', { name: image.name }), t('otherSize'));
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        tabIndex={-1}
        aria-label={t('resume')}
        className="sr-only"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) resume(file);
        }}
      />
      <RowIconButton icon={Upload} label={t('resume')} onClick={() => input.current?.click()} />
    </>
  );
}

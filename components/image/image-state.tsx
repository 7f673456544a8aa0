'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { Image } from '#server/contract/image.ts';
import { formatBytes } from '../lib/format.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { ProgressLine } from '../ui/progress-line.tsx';
import { StateDot, type Tone } from '../ui/state-dot.tsx';
import { useRunningUpload } from './running-uploads.ts';

export const imageTones: Record<Image['state'], Tone> = {
  uploading: 'busy',
  importing: 'busy',
  inspecting: 'busy',
  ready: 'ok',
  failed: 'bad',
  deleting: 'busy',
};

/** The state of an image, with the progress of its upload or import in place. */
export function ImageState({ image }: { image: Image }) {
  const t = useTranslations('image');
  const text = useOperationText();
  const running = useRunningUpload(image.id);
  if (image.task) return <ProgressLine percent={image.task.percent} text={text.task(image.task)} />;
  if (running) return <UploadProgress received={running.sentBytes} total={running.totalBytes} />;
  if (image.state === 'uploading' && image.upload)
    return <UploadProgress received={image.upload.receivedBytes} total={image.upload.totalBytes} />;
  return <StateDot tone={imageTones[image.state]}>{t(`state.${image.state}`)}</StateDot>;
}

function UploadProgress({ received, total }: { received: number; total: number }) {
  const t = useTranslations('image');
  const locale = useLocale();
  const text = t('uploadProgress', { received: formatBytes(received, locale), total: formatBytes(total, locale) });
  return <ProgressLine percent={total ? (received / total) * 100 : 0} text={text} />;
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import type { Image } from '#server/contract/image.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { formatBytes } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { stopUpload } from './running-uploads.ts';

export interface ImageDeleteProps {
  image: Image;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** When the deletion has begun. */
  onBegun?: () => void;
}

/** Asks before an image is deleted: who loses it, what goes on. */
export function ImageDelete({ image, open, onOpenChange, onBegun }: ImageDeleteProps) {
  const t = useTranslations('image.delete');
  const locale = useLocale();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.image.delete.mutationOptions({
      onSuccess: async () => {
        stopUpload(image.id);
        onOpenChange(false);
        onBegun?.();
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.image.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() }),
        ]);
      },
    }),
  );
  const impact = [
    image.projectId === null ? t('forEvery') : t('forProject'),
    t('goOn'),
    ...(image.sizeBytes === null ? [] : [t('file', { size: formatBytes(image.sizeBytes, locale) })]),
  ];
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('title', { name: image.name })}
      verb={t('verb')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ image: image.id })}
    >
      <ProblemNotice error={remove.error} what={t('failed')} />
      <ul className="flex list-disc flex-col gap-1 pl-4 marker:text-text-3">
        {impact.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import type { Volume } from '#server/contract/volume.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { formatGiB } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

export interface VolumeDeleteProps {
  project: string;
  volume: Volume;
  onClose: () => void;
}

/** Asks before the data of a volume is deleted for good: what is lost, what is given back, its name typed. */
export function VolumeDelete({ project, volume, onClose }: VolumeDeleteProps) {
  const t = useTranslations('volume.delete');
  const locale = useLocale();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.volume.delete.mutationOptions({
      onSuccess: async () => {
        onClose();
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() }),
        ]);
      },
    }),
  );
  const impact = [
    t('data', { host: volume.host.name }),
    ...(volume.bootable ? [t('boot')] : []),
    t('quota', { size: formatGiB(volume.sizeGiB, locale) }),
  ];
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('title', { name: volume.name })}
      description={t('final')}
      verb={t('verb')}
      typeName={volume.name}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ project, volume: volume.id })}
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

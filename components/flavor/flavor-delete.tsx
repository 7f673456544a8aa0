'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { Flavor } from '#server/contract/flavor.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { toast } from '../ui/toast.tsx';

/** Asks before a flavor is deleted. Nothing that runs is touched by it. */
export function FlavorDelete({ flavor, onClose }: { flavor: Flavor; onClose: () => void }) {
  const t = useTranslations('flavor.delete');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.flavor.delete.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('done', { name: flavor.name }));
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.flavor.pathKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('title', { name: flavor.name })}
      description={t('impact')}
      verb={t('verb')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ flavor: flavor.id })}
    >
      <ProblemNotice error={remove.error} what={t('failed')} />
    </ConfirmDialog>
  );
}

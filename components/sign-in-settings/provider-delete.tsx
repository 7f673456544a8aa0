'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { IdentityProvider } from '#server/contract/identity-provider.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** Forgets a provider after a question. */
export function ProviderDelete({ provider, onClose }: { provider: IdentityProvider; onClose: () => void }) {
  const t = useTranslations('signInSettings.delete');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.identityProvider.delete.mutationOptions({
      onSuccess: async () => {
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.identityProvider.list.queryKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t('title', { name: provider.name })}
      description={t('detail')}
      verb={t('verb')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ identityProvider: provider.id })}
    >
      <ProblemNotice error={remove.error} />
    </ConfirmDialog>
  );
}

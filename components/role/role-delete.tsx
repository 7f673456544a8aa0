'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { Role } from '#server/contract/role.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** Deletes a role that nobody has. */
export function RoleDelete({ role, onClose }: { role: Role; onClose: () => void }) {
  const t = useTranslations('role.delete');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.role.delete.mutationOptions({
      onSuccess: async () => {
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.role.pathKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('title', { name: role.name })}
      description={t('impact')}
      verb={t('verb')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ role: role.id })}
    >
      <ProblemNotice error={remove.error} what={t('failed')} />
    </ConfirmDialog>
  );
}

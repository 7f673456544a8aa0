'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { ManagedUser } from '#server/contract/identity.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { OneTimeLink } from './one-time-link.tsx';
import type { UserAction } from './user-menu.tsx';

interface UserConfirmProps {
  user: ManagedUser;
  action: Exclude<UserAction, 'edit'>;
  onClose: () => void;
}

/** Asks before a user is reset, signed out, shut out, let in again or deleted; says what it means. */
export function UserConfirm({ user, action, onClose }: UserConfirmProps) {
  const t = useTranslations('user');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const reset = useMutation(trpc.user.reset.mutationOptions());
  const signOut = useMutation(trpc.user.signOut.mutationOptions());
  const disable = useMutation(trpc.user.disable.mutationOptions());
  const enable = useMutation(trpc.user.enable.mutationOptions());
  const remove = useMutation(trpc.user.delete.mutationOptions());
  const run = useMutation({
    mutationFn: async (): Promise<string | null> => {
      const ref = { user: user.id };
      switch (action) {
        case 'reset':
          return (await reset.mutateAsync(ref)).setupPath;
        case 'signOut':
          await signOut.mutateAsync(ref);
          return null;
        case 'disable':
          await disable.mutateAsync(ref);
          return null;
        case 'enable':
          await enable.mutateAsync(ref);
          return null;
        case 'delete':
          await remove.mutateAsync(ref);
          return null;
      }
    },
    onSuccess: async (path) => {
      if (path === null) {
        toast('ok', t(`${action}.done`, { name: user.name }));
        onClose();
      }
      await queryClient.invalidateQueries({ queryKey: trpc.user.pathKey() });
    },
  });
  if (run.data) {
    return (
      <OneTimeLink
        title={t('reset.linkTitle', { name: user.name })}
        detail={t('link.detail', { email: user.email })}
        once={t('link.once')}
        path={run.data}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t(`${action}.title`, { name: user.name })}
      description={t(`${action}.impact`)}
      verb={t(`${action}.verb`)}
      tone={action === 'disable' || action === 'delete' ? 'danger' : 'primary'}
      {...(action === 'delete' && { typeName: user.email })}
      busy={run.isPending}
      onConfirm={() => run.mutate()}
    >
      <ProblemNotice error={run.error} what={t(`${action}.failed`)} />
    </ConfirmDialog>
  );
}

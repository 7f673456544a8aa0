'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { Member } from '#server/contract/member.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** Takes somebody out of a project, or leaves it. */
export function MemberRemove({ project, member, onClose }: { project: string; member: Member; onClose: () => void }) {
  const t = useTranslations('member');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const own = useMe().user.id === member.id;
  const remove = useMutation(
    trpc.member.remove.mutationOptions({
      onSuccess: async () => {
        // A whole page load: nothing of the project is to stay in this tab.
        if (own) return window.location.assign(paths.overview());
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.member.pathKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={own ? t('leave.title') : t('remove.title', { name: member.name })}
      description={own ? t('leave.impact') : t('remove.impact')}
      verb={own ? t('leave.verb') : t('remove.verb')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ project, user: member.id })}
    >
      <ProblemNotice error={remove.error} what={own ? t('leave.failed') : t('remove.failed')} />
    </ConfirmDialog>
  );
}

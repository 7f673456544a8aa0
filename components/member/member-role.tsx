'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Member } from '#server/contract/member.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toast.tsx';
import { roleInput, useRoleOptions } from './use-role-options.ts';

/** Gives a member another role. */
export function MemberRole({ project, member, onClose }: { project: string; member: Member; onClose: () => void }) {
  const t = useTranslations('member');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const before = member.customRole?.id ?? member.role;
  const [chosen, setChosen] = useState(before);
  const options = useRoleOptions(project);
  const set = useMutation(
    trpc.member.set.mutationOptions({
      onSuccess: async () => {
        toast('ok', t('change.done', { name: member.name }));
        onClose();
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.member.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() }),
        ]);
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('change.title', { name: member.name })}
      description={t('change.detail')}
      actions={
        <Button
          variant="primary"
          busy={set.isPending}
          reason={chosen === before ? t('change.same') : null}
          onClick={() => set.mutate({ project, user: member.id, ...roleInput(chosen) })}
        >
          {t('change.verb')}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNotice error={set.error} what={t('change.failed')} />
        <Field label={t('column.role')}>
          {(ids) => <Select {...ids} value={chosen} onChange={setChosen} options={options} />}
        </Field>
      </div>
    </Dialog>
  );
}

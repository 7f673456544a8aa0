'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface PlacementGroupsDialogProps {
  project: string;
  onClose: () => void;
  /** A group is gone: whoever has chosen it chooses anew. */
  onDeleted: (id: string) => void;
}

/** The placement groups of a project: what they do, how many are in them, and a way to delete those that are empty. */
export function PlacementGroupsDialog({ project, onClose, onDeleted }: PlacementGroupsDialogProps) {
  const t = useTranslations('placement');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const groups = useQuery(trpc.placementGroup.list.queryOptions({ project, limit: 200 })).data?.items ?? [];
  const again = () => queryClient.invalidateQueries({ queryKey: trpc.placementGroup.pathKey() });
  const change = useMutation(trpc.placementGroup.update.mutationOptions({ onSuccess: again }));
  const remove = useMutation(
    trpc.placementGroup.delete.mutationOptions({
      onSuccess: async (_, { placementGroup }) => {
        onDeleted(placementGroup);
        await again();
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('groups.title')}
      description={t('groups.detail')}
      actions={<Button onClick={onClose}>{t('groups.close')}</Button>}
    >
      <ProblemNotice error={remove.error ?? change.error} what={t('groups.failed')} />
      {groups.length === 0 ? <p className="text-text-3">{t('groups.none')}</p> : null}
      <ul className="flex flex-col">
        {groups.map(({ id, name, policy, strictness, instances }) => (
          <li key={id} className="flex flex-wrap items-center gap-2 border-line border-b py-2 last:border-0">
            <span className="min-w-0 grow">
              <span className="block truncate font-medium">{name}</span>
              <span className="block text-12 text-text-3">
                {t(`choice.policy.${policy}.${strictness}`)} · {t('groups.count', { count: instances })}
              </span>
            </span>
            <Button
              size="small"
              busy={change.isPending}
              onClick={() =>
                change.mutate({ project, placementGroup: id, strictness: strictness === 'hard' ? 'soft' : 'hard' })
              }
            >
              {strictness === 'hard' ? t('groups.loosen') : t('groups.tighten')}
            </Button>
            <Button
              size="small"
              variant="danger"
              aria-label={t('groups.delete', { name })}
              reason={instances > 0 ? t('groups.inUse', { count: instances }) : null}
              busy={remove.isPending}
              onClick={() => remove.mutate({ project, placementGroup: id })}
            >
              <Trash2 size={14} aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

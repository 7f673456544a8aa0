'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Project } from '#server/contract/project.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';

/** Deletes a project: what goes with it is listed, and its name is typed. */
export function ProjectDelete({ project }: { project: Project }) {
  const t = useTranslations('project.delete');
  const cannot = useCannotInProject();
  const [asking, setAsking] = useState(false);
  const reason = project.state === 'deleting' ? t('isDeleting') : cannot(project.id, 'project:manage', 'end');
  return (
    <Card title={t('title')}>
      <div className="flex flex-col items-start gap-3">
        <p className="text-text-2">{t('detail')}</p>
        <Button variant="danger" reason={reason} onClick={() => setAsking(true)}>
          <Trash2 size={16} aria-hidden />
          {t('open')}
        </Button>
      </div>
      {asking ? <DeleteDialog project={project} onClose={() => setAsking(false)} /> : null}
    </Card>
  );
}

/** Names that are written out; the rest is counted. */
const named = 6;

function DeleteDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const t = useTranslations('project.delete');
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const contents = useQuery(trpc.project.contents.queryOptions({ project: project.id }, { staleTime: 0 }));
  const remove = useMutation(
    trpc.project.delete.mutationOptions({
      onSuccess: async ({ operation }) => {
        queryClient.setQueryData(trpc.operation.get.queryKey({ operation: operation.id }), operation);
        router.push(paths.operation(operation.id));
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() }),
        ]);
      },
    }),
  );
  const { data } = contents;
  const names = (items: readonly { name: string }[]) => {
    const told = items.slice(0, named).map(({ name }) => name);
    return items.length > named ? t('more', { names: told.join(', '), count: items.length - named }) : told.join(', ');
  };
  const lines = data
    ? [
        { key: 'instances' as const, count: data.instances.length, names: names(data.instances) },
        { key: 'volumes' as const, count: data.volumes.length, names: names(data.volumes) },
        { key: 'images' as const, count: data.images.length, names: names(data.images) },
        { key: 'members' as const, count: data.members.length, names: names(data.members) },
        { key: 'invitations' as const, count: data.invitations, names: '' },
        { key: 'tokens' as const, count: data.tokens, names: '' },
      ].filter(({ count }) => count > 0)
    : null;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('ask', { name: project.name })}
      description={t('final')}
      verb={t('verb')}
      typeName={project.name}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ project: project.id })}
    >
      <ProblemNotice error={remove.error ?? contents.error} what={t('failed')} />
      {lines ? (
        <dl className="flex flex-col gap-2">
          {lines.map(({ key, count, names: told }) => (
            <div key={key}>
              <dt className="font-medium">{t(`goes.${key}`, { count })}</dt>
              {told ? <dd className="break-words text-12 text-text-2">{told}</dd> : null}
            </div>
          ))}
        </dl>
      ) : contents.error ? null : (
        <SkeletonRows rows={4} />
      )}
      {data && data.operations > 0 ? <p className="text-warn">{t('operations', { count: data.operations })}</p> : null}
    </ConfirmDialog>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Archive, ArchiveRestore } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Project } from '#server/contract/project.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** Puts a project into the archive, or takes it out. */
export function ProjectArchive({ project }: { project: Project }) {
  const t = useTranslations('project.archive');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const cannot = useCannotInProject();
  const [asking, setAsking] = useState(false);
  const onSuccess = async () => {
    setAsking(false);
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() }),
    ]);
  };
  const archive = useMutation(trpc.project.archive.mutationOptions({ onSuccess }));
  const unarchive = useMutation(trpc.project.unarchive.mutationOptions({ onSuccess }));
  const reason = cannot(project.id, 'project:manage', 'end');
  const archived = project.state === 'archived';
  return (
    <Card title={t('title')}>
      <div className="flex flex-col items-start gap-3">
        <p className="text-text-2">{archived ? t('isArchived') : t('detail')}</p>
        <ProblemNotice error={unarchive.error} what={t('failed')} />
        {archived ? (
          <Button reason={reason} busy={unarchive.isPending} onClick={() => unarchive.mutate({ project: project.id })}>
            <ArchiveRestore size={16} aria-hidden />
            {t('unarchive')}
          </Button>
        ) : (
          <Button reason={reason} onClick={() => setAsking(true)}>
            <Archive size={16} aria-hidden />
            {t('open')}
          </Button>
        )}
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('ask', { name: project.name })}
        description={t('impact')}
        verb={t('verb')}
        tone="primary"
        busy={archive.isPending}
        onConfirm={() => archive.mutate({ project: project.id })}
      >
        <ProblemNotice error={archive.error} what={t('failed')} />
      </ConfirmDialog>
    </Card>
  );
}

'use client';

import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Instance } from '#server/contract/instance.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { formatGiB } from '../lib/format.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { toast } from '../ui/toast.tsx';

export interface InstanceDeleteProps {
  project: string;
  instance: Instance;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Asks before an instance is deleted: names what is lost, offers to keep the disks, wants the name typed. */
export function InstanceDelete({ project, instance, open, onOpenChange }: InstanceDeleteProps) {
  const t = useTranslations('instance.deletion');
  const locale = useLocale();
  const router = useRouter();
  const trpc = useTRPC();
  const [keepVolumes, setKeepVolumes] = useState(false);
  const remove = useMutation(
    trpc.instance.delete.mutationOptions({
      onSuccess: ({ operation }) => {
        toast('ok', t('started', { name: instance.name }), undefined, {
          text: t('watch'),
          press: () => router.push(paths.operation(operation.id)),
        });
        router.push(paths.instances(project));
      },
    }),
  );
  const impact = [
    ...(instance.state === 'running' || instance.state === 'paused' ? [t('impact.running')] : []),
    ...instance.volumes.map(({ name, sizeGiB }) =>
      t(keepVolumes ? 'impact.volumeKept' : 'impact.volume', { name, size: formatGiB(sizeGiB, locale) }),
    ),
    ...(instance.addresses.length > 0
      ? [t('impact.addresses', { addresses: instance.addresses.map(({ address }) => address).join(', ') })]
      : []),
    ...(instance.ports.length > 0 ? [t('impact.ports', { count: instance.ports.length })] : []),
    t('impact.quota'),
  ];
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('title', { kind: instance.kind, name: instance.name })}
      description={t('final')}
      verb={t('verb')}
      typeName={instance.name}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ project, instance: instance.id, keepVolumes })}
    >
      <ProblemNotice error={remove.error} what={t('failed')} />
      <ul className="flex list-disc flex-col gap-1 pl-4 marker:text-text-3">
        {impact.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {instance.volumes.length > 0 ? (
        <Checkbox checked={keepVolumes} onChange={setKeepVolumes} label={t('keep')} hint={t('keepHint')} />
      ) : null}
    </ConfirmDialog>
  );
}

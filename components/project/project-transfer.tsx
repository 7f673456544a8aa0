'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowRightLeft } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { MoveHindrance, Project } from '#server/contract/project.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMe } from '../lib/use-me.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { toast } from '../ui/toast.tsx';

/** Moves things to another project; says of each that cannot move why. */
export function ProjectTransfer({ project }: { project: Project }) {
  const t = useTranslations('project.transfer');
  const cannot = useCannotInProject();
  const { projects } = useMe();
  const [open, setOpen] = useState(false);
  const targets = projects.filter(
    ({ id, state, permissions }) => id !== project.id && state === 'active' && permissions.includes('instance:write'),
  );
  const reason = targets.length === 0 ? t('noTarget') : cannot(project.id, 'project:manage', 'end');
  return (
    <Card title={t('title')}>
      <div className="flex flex-col items-start gap-3">
        <p className="text-text-2">{t('detail')}</p>
        <Button reason={reason} onClick={() => setOpen(true)}>
          <ArrowRightLeft size={16} aria-hidden />
          {t('open')}
        </Button>
      </div>
      {open ? <TransferDialog project={project} targets={targets} onClose={() => setOpen(false)} /> : null}
    </Card>
  );
}

const kinds = ['instances', 'volumes', 'images'] as const;

interface TransferDialogProps {
  project: Project;
  targets: readonly { id: string; name: string }[];
  onClose: () => void;
}

function TransferDialog({ project, targets, onClose }: TransferDialogProps) {
  const t = useTranslations('project.transfer');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [target, setTarget] = useState(targets[0]?.id ?? '');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const input = { project: project.id, toProject: target };
  const contents = useQuery(trpc.project.contents.queryOptions(input, { staleTime: 0 }));
  const { data } = contents;
  const move = useMutation(
    trpc.project.transfer.mutationOptions({
      onSuccess: async (moved) => {
        toast('ok', t('done', { ...moved, name: targets.find(({ id }) => id === target)?.name ?? '' }));
        onClose();
        await queryClient.invalidateQueries();
      },
    }),
  );
  // Disks of an instance go with it, and are not chosen.
  const rows = (kind: (typeof kinds)[number]) =>
    (data?.[kind] ?? []).filter(({ hindrance }) => hindrance !== 'attached');
  const chosenOf = (kind: (typeof kinds)[number]) =>
    rows(kind).flatMap(({ id, hindrance }) => (hindrance === null && chosen.includes(id) ? [id] : []));
  const request = { instances: chosenOf('instances'), volumes: chosenOf('volumes'), images: chosenOf('images') };
  const count = Object.values(request).flat().length;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t('ask', { name: project.name })}
      description={t('impact')}
      actions={
        <Button
          variant="primary"
          busy={move.isPending}
          reason={count === 0 ? t('chooseOne') : null}
          onClick={() => move.mutate({ ...input, ...request })}
        >
          {t('verb', { count })}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNotice error={move.error ?? contents.error} what={t('failed')} />
        <Field label={t('to')}>
          {(ids) => (
            <Select
              {...ids}
              value={target}
              onChange={setTarget}
              options={targets.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
        </Field>
        {data ? null : contents.error ? null : <SkeletonRows rows={4} />}
        {data && kinds.every((kind) => rows(kind).length === 0) ? <p className="text-text-2">{t('empty')}</p> : null}
        {kinds
          .filter((kind) => rows(kind).length > 0)
          .map((kind) => (
            <fieldset key={kind} className="min-w-0">
              <legend className="mb-1.5 text-12 text-text-3">{t(`kind.${kind}`)}</legend>
              <div className="flex flex-col gap-2">
                {rows(kind).map((row) => (
                  <Choice
                    key={row.id}
                    row={row}
                    checked={chosen.includes(row.id)}
                    onChange={(on) => setChosen(on ? [...chosen, row.id] : chosen.filter((id) => id !== row.id))}
                  />
                ))}
              </div>
            </fieldset>
          ))}
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  row: { name: string; hindrance: MoveHindrance | null };
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** One thing that may move; one that cannot has no box but says why. */
function Choice({ row, checked, onChange }: ChoiceProps) {
  const t = useTranslations('project.transfer.hindrance');
  if (row.hindrance) {
    return (
      <p className="pl-6">
        <span className="text-text-2">{row.name}</span>
        <span className="block text-12 text-text-3">{t(row.hindrance)}</span>
      </p>
    );
  }
  return <Checkbox checked={checked} onChange={onChange} label={row.name} />;
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { type Flavor, flavorApi, flavorSchema } from '#server/contract/flavor.ts';
import { applyProblem } from '../form/apply-problem.ts';
import { NumberField } from '../form/number-field.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { submitForm } from '../form/submit-form.ts';
import { TextField } from '../form/text-field.tsx';
import { useContractForm } from '../form/use-contract-form.ts';
import { problemOf } from '../lib/problem.ts';
import { sendJson } from '../lib/send-json.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { toast } from '../ui/toast.tsx';

interface Fields {
  name: string;
  vcpus: number | undefined;
  memoryMiB: number | undefined;
  diskGiB: number | undefined;
}

export interface FlavorDialogProps {
  /** The flavor that is changed; null: a new one is made. */
  flavor: Flavor | null;
  onClose: () => void;
  /** Another person changed it meanwhile: the dialog goes on with what is there now. */
  onReload: (flavor: Flavor) => void;
}

/** Makes or changes a flavor. A change names the version that was read, so that no other change is lost. */
export function FlavorDialog({ flavor, onClose, onReload }: FlavorDialogProps) {
  const t = useTranslations('flavor');
  const words = useTranslations('form');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const id = useId();
  const form = useContractForm<Fields, typeof flavorApi.create.input>(flavorApi.create.input, {
    defaultValues: flavor ?? { name: '', vcpus: 1, memoryMiB: 1024, diskGiB: 10 },
    toInput: ({ name, vcpus, memoryMiB, diskGiB }) => ({ name, vcpus, memoryMiB, diskGiB }),
  });
  const done = async ({ name }: Flavor) => {
    toast('ok', flavor ? t('changed', { name }) : t('created', { name }));
    onClose();
    await queryClient.invalidateQueries({ queryKey: trpc.flavor.pathKey() });
  };
  const [onField, setOnField] = useState(false);
  const onError = (error: unknown) => setOnField(!applyProblem(form, problemOf(error), words).left);
  const create = useMutation(trpc.flavor.create.mutationOptions({ onSuccess: done, onError }));
  const change = useMutation({
    mutationFn: ({ id: which, version, body }: { id: string; version: number; body: unknown }) =>
      sendJson({ method: 'PUT', path: `/flavors/${which}`, body, version, answer: flavorSchema }),
    onSuccess: done,
    onError,
  });
  const submit = submitForm(form, (input) =>
    flavor ? change.mutate({ id: flavor.id, version: flavor.version, body: input }) : create.mutate(input),
  );
  const error = create.error ?? change.error;
  const outdated = change.error !== null && problemOf(change.error).code === 'precondition_failed';
  const reload = async () => {
    if (flavor)
      onReload(await queryClient.fetchQuery(trpc.flavor.get.queryOptions({ flavor: flavor.id }, { staleTime: 0 })));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={flavor ? t('change', { name: flavor.name }) : t('createTitle')}
      description={flavor ? t('changeDetail') : t('createDetail')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending || change.isPending}>
            {flavor ? t('save') : t('create')}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {outdated ? (
          <ErrorNotice
            tone="warn"
            what={t('outdated')}
            hint={t('outdatedHint')}
            actions={
              <Button size="small" onClick={() => void reload()}>
                {t('reload')}
              </Button>
            }
          />
        ) : (
          <ProblemNotice error={onField ? null : error} what={flavor ? t('notChanged') : t('notCreated')} />
        )}
        <TextField control={form.control} name="name" label={t('name')} hint={t('nameHint')} mono autoFocus />
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
          <NumberField control={form.control} name="vcpus" label={t('column.vcpus')} min={1} max={512} />
          <NumberField control={form.control} name="memoryMiB" label={t('column.memory')} unit="MiB" min={16} />
          <NumberField control={form.control} name="diskGiB" label={t('column.disk')} unit="GiB" min={1} />
        </div>
      </form>
    </Dialog>
  );
}

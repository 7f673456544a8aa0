'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import type { PlacementFix } from '#server/contract/placement.ts';
import { paths } from '../../lib/paths.ts';
import { problemOf } from '../../lib/problem.ts';
import { useTRPC } from '../../lib/trpc-client.ts';
import { useProblemText } from '../../lib/use-problem-text.ts';
import { toast } from '../../ui/toast.tsx';
import { customSize } from './create-fields.ts';
import type { CreateForm } from './use-create-form.ts';

/** Does what a fix proposes: changes the form, or the host for those who may. */
export function useApplyFix(form: CreateForm): (fix: PlacementFix) => void {
  const t = useTranslations('placement.fix');
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const textOf = useProblemText();
  const update = useMutation(
    trpc.host.update.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.instance.check.queryKey() }),
      onError: (error) => {
        const { title, detail } = textOf(problemOf(error));
        toast('bad', t('failed'), detail ?? title);
      },
    }),
  );
  const options = { shouldDirty: true, shouldValidate: true } as const;
  return (fix) => {
    switch (fix.type) {
      case 'setSize':
        form.setValue('size', customSize, options);
        return form.setValue(fix.resource, fix.value, options);
      case 'setFlavor':
        return form.setValue('size', fix.flavor.id, options);
      case 'setPool':
        return form.setValue('poolId', fix.pool?.id ?? '', options);
      case 'dropTrait':
        return form.setValue(
          'traits',
          form.getValues('traits').filter((trait) => trait !== fix.trait),
          options,
        );
      case 'dropGroup':
        return form.setValue('placementGroupId', '', options);
      case 'dropHost':
        return form.setValue('hostId', '', options);
      case 'setCount':
        return form.setValue('count', fix.value, options);
      case 'uncordon':
        return update.mutate({ host: fix.host.id, cordon: null });
      case 'endMaintenance':
        return update.mutate({ host: fix.host.id, maintenance: false });
      case 'free':
        return router.push(paths.host(fix.host.id));
    }
  };
}

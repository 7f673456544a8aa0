'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { toast } from '../ui/toast.tsx';

/** What can be done with a host from its page; refusals are told as toasts. */
export function useHostActions(name: string) {
  const t = useTranslations('host');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const textOf = useProblemText();
  const onError = (error: unknown) => {
    const { title, detail } = textOf(problemOf(error));
    toast('bad', t('refused', { name }), detail ?? title);
  };
  const onSuccess = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: trpc.host.pathKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() }),
    ]);
  return {
    inspect: useMutation(trpc.host.inspect.mutationOptions({ onError, onSuccess })),
    update: useMutation(trpc.host.update.mutationOptions({ onError, onSuccess })),
    confirmKey: useMutation(trpc.host.confirmKey.mutationOptions({ onError, onSuccess })),
    remove: useMutation(trpc.host.remove.mutationOptions({ onError, onSuccess })),
    pullImage: useMutation(trpc.host.pullImage.mutationOptions({ onError, onSuccess })),
    removeImage: useMutation(trpc.host.removeImage.mutationOptions({ onError, onSuccess })),
  };
}

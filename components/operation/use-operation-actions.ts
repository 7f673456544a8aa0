'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import type { Operation } from '#server/contract/operation.ts';
import { operationCan } from '#server/contract/operation-state.ts';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { toast } from '../ui/toast.tsx';

/** Cancel and run again. A failed operation is run again as a new one, whose page is opened. */
export function useOperationActions({ id, state }: Pick<Operation, 'id' | 'state'>) {
  const t = useTranslations('operations');
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const textOf = useProblemText();
  const refused = (what: string) => (error: unknown) => {
    const { title, detail } = textOf(problemOf(error));
    toast('bad', what, detail ?? title);
  };
  const put = async (operation: Operation) => {
    queryClient.setQueryData(trpc.operation.get.queryKey({ operation: operation.id }), operation);
    await queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() });
  };
  const cancel = useMutation(
    trpc.operation.cancel.mutationOptions({ onSuccess: put, onError: refused(t('cancelFailed')) }),
  );
  const retry = useMutation(
    trpc.operation.retry.mutationOptions({
      onSuccess: async (operation) => {
        await put(operation);
        if (operation.id !== id) router.push(paths.operation(operation.id));
      },
      onError: refused(t('retryFailed')),
    }),
  );
  const may = (verb: keyof typeof operationCan) => operationCan[verb].some((each) => each === state);
  return {
    mayCancel: may('cancel'),
    mayRetry: may('retry'),
    cancel: () => cancel.mutate({ operation: id }),
    retry: () => retry.mutate({ operation: id }),
    cancelling: cancel.isPending,
    retrying: retry.isPending,
  };
}

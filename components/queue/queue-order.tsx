'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { queueOrders } from '#server/contract/queue.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { Select } from '../ui/select.tsx';
import { toast } from '../ui/toast.tsx';

/** In which order waiting operations of one class are taken up; who may not change it reads it. */
export function QueueOrderChoice() {
  const t = useTranslations('queue');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const textOf = useProblemText();
  const sees = useMayInSystem('system:read');
  const may = useMayInSystem('host:write');
  const { data } = useQuery(trpc.queue.get.queryOptions({}, { enabled: sees }));
  const change = useMutation(
    trpc.queue.update.mutationOptions({
      onSuccess: (answer) => {
        queryClient.setQueryData(trpc.queue.get.queryKey({}), answer);
        toast('ok', t('changed', { order: t(`order.${answer.order}`) }));
      },
      onError: (error) => {
        const { title, detail } = textOf(problemOf(error));
        toast('bad', t('notChanged'), detail ?? title);
      },
    }),
  );
  if (!data) return null;
  return (
    <span className="flex items-center gap-2 text-text-2">
      <span className="shrink-0 whitespace-nowrap">{t('label')}</span>
      {may ? (
        <Select
          aria-label={t('label')}
          className="w-44"
          value={data.order}
          onChange={(order) => (order === data.order ? undefined : change.mutate({ order }))}
          options={queueOrders.map((value) => ({ value, label: t(`order.${value}`), detail: t(`detail.${value}`) }))}
        />
      ) : (
        <span className="font-medium text-text-1">{t(`order.${data.order}`)}</span>
      )}
    </span>
  );
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { Operation } from '#server/contract/operation.ts';
import { operationCan } from '#server/contract/operation-state.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { paths } from '../lib/paths.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { ProgressLine } from '../ui/progress-line.tsx';
import { StateDot } from '../ui/state-dot.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

/** One operation in the tray: what, on what, how far; cancel or retry where that is possible. */
export function ActivityItem({ operation, onGo }: { operation: Operation; onGo?: () => void }) {
  const t = useTranslations('shell.activity');
  const text = useOperationText();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const again = { onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() }) };
  const cancel = useMutation(trpc.operation.cancel.mutationOptions(again));
  const retry = useMutation(trpc.operation.retry.mutationOptions(again));
  const ask = { operation: operation.id };
  const may = (verb: keyof typeof operationCan) => operationCan[verb].some((state) => state === operation.state);
  return (
    <li className="flex flex-col gap-1.5 rounded-card border border-line p-3">
      <div className="flex items-baseline justify-between gap-2">
        <Link
          href={paths.operation(operation.id)}
          onClick={onGo}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {text.title(operation)}
        </Link>
        <span className="shrink-0 text-12 text-text-3">
          <TimeAgo at={operation.endedAt ?? operation.createdAt} />
        </span>
      </div>
      {operation.done ? (
        <StateDot tone={text.tone(operation.state)}>{text.state(operation.state)}</StateDot>
      ) : (
        <ProgressLine percent={operation.progress.percent} text={text.progress(operation)} />
      )}
      {operation.error ? <p className="line-clamp-3 text-12 text-text-2">{operation.error.detail}</p> : null}
      {may('cancel') || may('retry') ? (
        <div className="flex gap-2">
          {may('cancel') ? (
            <Button size="small" busy={cancel.isPending} onClick={() => cancel.mutate(ask)}>
              {t('cancel')}
            </Button>
          ) : null}
          {may('retry') ? (
            <Button size="small" busy={retry.isPending} onClick={() => retry.mutate(ask)}>
              {t('retry')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
